/** Sign-ins that begin on another device. They last fifteen minutes, for one use (RFC 8628). */

import { randomBytes, randomInt } from 'node:crypto'
import { createBoundedMap } from '../../bounded-map.ts'
import type { EntraError } from '../errors.ts'
import type { Grant } from '../grants.ts'

export interface DeviceSignIn {
  deviceCode: string
  userCode: string
  clientId: string
  scopes: readonly string[]
  /** `organizations` or the tenant's id. */
  segment: string
  /** Ms since the epoch. */
  expiresAt: number
  /** Of the device's last request, ms since the epoch; 0 before the first. */
  askedAt: number
  outcome: Outcome
}

type Outcome =
  | { kind: 'pending' }
  | { kind: 'approved'; grant: Grant }
  | { kind: 'refused'; error: EntraError }
  | { kind: 'redeemed' }

export interface DeviceCodes {
  /** Seconds that a device has to wait between two requests. */
  readonly interval: number
  begin(
    asked: Pick<DeviceSignIn, 'clientId' | 'scopes' | 'segment'>,
    now: number,
  ): Readonly<DeviceSignIn>
  byDeviceCode(code: string): DeviceSignIn | undefined
  /** As typed: small letters, spaces and hyphens do not matter. */
  byUserCode(code: string): DeviceSignIn | undefined
}

/** Seconds. */
export const deviceCodeLifetime = 900

const limit = 20_000
/** No vowels, so no words; no letter that looks like another. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

/** @param interval seconds */
export function createDeviceCodes(interval = 5): DeviceCodes {
  const byDeviceCode = createBoundedMap<DeviceSignIn>(limit)
  const byUserCode = createBoundedMap<DeviceSignIn>(limit)
  return {
    interval,
    begin(asked, now) {
      const signIn: DeviceSignIn = {
        ...asked,
        deviceCode: `1.D${randomBytes(150).toString('base64url')}`,
        userCode: Array.from({ length: 9 }, () => letters[randomInt(letters.length)]).join(''),
        expiresAt: now + deviceCodeLifetime * 1000,
        askedAt: 0,
        outcome: { kind: 'pending' },
      }
      byDeviceCode.set(signIn.deviceCode, signIn)
      byUserCode.set(signIn.userCode, signIn)
      return signIn
    },
    byDeviceCode: (code) => byDeviceCode.get(code),
    byUserCode: (code) => byUserCode.get(code.replace(/[\s-]/g, '').toUpperCase()),
  }
}
