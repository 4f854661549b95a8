/** What every part of one tenant works with. Made once, in `tenant.ts`. */
import type { Directory } from './directory/directory.ts'
import type { Browsers } from './entra/authorize/accounts.ts'
import type { Codes, Consents } from './entra/grants.ts'
import type { DeviceCodes } from './entra/device/device-codes.ts'
import type { Faults } from './faults/faults.ts'
import type { Journal } from './journal.ts'
import type { KeyRing } from './keys.ts'
import type { Policies } from './policies.ts'
import type { Registry } from './registry/registry.ts'
import type { Seal } from './seal.ts'

export interface World {
  /** `http://127.0.0.1:PORT`; known once the tenant listens. */
  origin: string
  tenantId: string
  tenantName: string
  registry: Registry
  directory: Directory
  /** Ms since the epoch. */
  now: () => number
  keys: KeyRing
  seal: Seal
  journal: Journal
  faults: Faults
  browsers: Browsers
  codes: Codes
  consents: Consents
  deviceCodes: DeviceCodes
  policies: Policies
  /** Of access tokens of clients that handle claims challenges, seconds. */
  challengeableLifetime: number
  /** Whether the redirect carries `iss` (RFC 9207) and discovery says so; Entra does neither. */
  issParameter: boolean
}

export function issuerOf(world: World): string {
  return `${world.origin}/${world.tenantId}/v2.0`
}
