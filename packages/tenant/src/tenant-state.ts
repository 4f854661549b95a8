/** The state that all parts of one tenant share. `tenant.ts` makes it. */

import type { Directory } from './directory/directory.ts'
import type { Browsers } from './entra/authorize/accounts.ts'
import type { DeviceCodes } from './entra/device/device-codes.ts'
import type { Codes, Consents } from './entra/grants.ts'
import type { Faults } from './faults/faults.ts'
import type { Journal } from './journal.ts'
import type { KeyRing } from './keys.ts'
import type { Policies } from './policies.ts'
import type { Registry } from './registry/registry.ts'
import type { Seal } from './seal.ts'

export interface TenantState {
  /** `http://127.0.0.1:PORT`; empty until the tenant listens. */
  origin: string
  /** Of Graph, if it is another. */
  graphOrigin?: string | undefined
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
  /** Lifetime of access tokens of clients that handle claims challenges, seconds. */
  challengeableLifetime: number
  /** Whether the redirect carries `iss` (RFC 9207) and discovery says so; Entra does not. */
  issParameter: boolean
}

export function issuerOf(tenant: TenantState): string {
  return `${tenant.origin}/${tenant.tenantId}/v2.0`
}

/** The issuer of v1.0 tokens is the same on every host of Entra. */
export function firstIssuer({ tenantId }: TenantState): string {
  return `https://sts.windows.net/${tenantId}/`
}

export function graphOriginOf({ graphOrigin, origin }: TenantState): string {
  return graphOrigin ?? origin
}
