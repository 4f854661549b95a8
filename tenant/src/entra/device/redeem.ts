import type { World } from '../../world.ts'
import type { Grant } from '../codes.ts'
import { EntraError } from '../errors.ts'

/**
 * What the person has granted to the device, once.
 *
 * @throws EntraError 70016 `authorization_pending` or `slow_down`, 70018 `bad_verification_code`,
 * 70020 `expired_token`, 54005 for a second use, 65004 `authorization_declined`
 */
export function redeemDeviceCode(world: World, code: string, clientId: string): Grant {
  const signIn = world.deviceCodes.byDeviceCode(code)
  if (!signIn || signIn.clientId !== clientId) throw new EntraError(70018)
  const now = world.now()
  const { outcome } = signIn
  if (outcome.kind === 'redeemed') throw new EntraError(54005)
  if (outcome.kind === 'refused') throw outcome.error
  if (signIn.expiresAt <= now) throw new EntraError(70020)
  if (outcome.kind === 'pending') {
    // A tenth less: timers and networks are not exact.
    const isEarly = now - signIn.askedAt < world.deviceCodes.interval * 900
    signIn.askedAt = now
    throw new EntraError(70016, isEarly ? { error: 'slow_down' } : {})
  }
  signIn.outcome = { kind: 'redeemed' }
  return outcome.grant
}
