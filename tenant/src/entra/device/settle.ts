/** The end of the person's part: what they decided is kept until the device asks. */

import type { World } from '../../world.ts'
import { EntraError } from '../errors.ts'
import type { Parameters } from '../parameters.ts'
import type { DeviceSignIn } from './device-codes.ts'
import { deviceRedirectUri } from './redirect-uri.ts'

/** Of the sealed `state`: who has it came through the page that takes codes. */
export const devicePurpose = 'device_sign_in'

export interface Settled {
  /** Of the application. */
  name: string
  problem: string | undefined
}

/** @throws EntraError 70018 for an answer that belongs to no sign-in */
export function settle(world: World, answer: Parameters): Settled {
  const signIn = signInOf(world, answer.state)
  const client = signIn && world.registry.client(signIn.clientId)
  if (!signIn || !client || signIn.outcome.kind !== 'pending') throw new EntraError(70018)
  if (answer.code === undefined) return refuse(signIn, client.name, answer)
  const grant = world.codes.find(answer.code)
  const isOurs = grant?.clientId === signIn.clientId && !grant.used
  if (!isOurs || grant.redirectUri !== deviceRedirectUri(world)) throw new EntraError(70018)
  grant.used = true
  const { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts } = grant
  const plain = { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts }
  signIn.outcome = { kind: 'approved', grant: plain }
  return { name: client.name, problem: undefined }
}

function signInOf(world: World, state = ''): DeviceSignIn | undefined {
  const opened = world.seal.open(devicePurpose, state)
  if (typeof opened !== 'object' || opened === null || !('deviceCode' in opened)) return undefined
  return world.deviceCodes.byDeviceCode(String(opened.deviceCode))
}

function refuse(signIn: DeviceSignIn, name: string, answer: Parameters): Settled {
  const { error = 'access_denied', error_description: description = '' } = answer
  const code = Number(/^AADSTS(\d+)/.exec(description)?.[1] ?? 65004)
  const isDeclined = code === 65004
  const refusal = new EntraError(code, { error: isDeclined ? 'authorization_declined' : error })
  signIn.outcome = { kind: 'refused', error: refusal }
  return { name, problem: refusal.message }
}
