/** The state that all parts of one tenant share. `state/create.ts` makes it. */

import type { Directory } from './directory/directory.ts'
import type { Drives } from './drives/drives.ts'
import type { UploadSessions } from './drives/upload-sessions.ts'
import type { ExtensionProperties } from './extensions/extension-properties.ts'
import type { Browsers } from './entra/authorize/accounts.ts'
import { cloudOf } from './entra/discovery/clouds.ts'
import type { DeviceCodes } from './entra/device/device-codes.ts'
import type { Codes, Consents } from './entra/grants.ts'
import type { Lockouts } from './entra/token/smart-lockout.ts'
import type { Faults } from './faults/faults.ts'
import type { Journal } from './journal.ts'
import type { KeyRing } from './keys.ts'
import type { Policies } from './policies.ts'
import type { Registry } from './registry/registry.ts'
import type { Seal } from './seal.ts'
import type { Clock } from './state/clock.ts'

/** What all tenants on one port have in common. */
export interface SharedState {
  /** `http://127.0.0.1:PORT`; empty until the tenant listens. */
  origin: string
  /** The origin of Graph in discovery, links and audiences: that of the tenant, unless it has another name. */
  graphOrigin: string
  /** Ms since the epoch: that of `clock`. */
  now: () => number
  clock: Clock
  keys: KeyRing
  seal: Seal
  journal: Journal
  faults: Faults
  browsers: Browsers
  codes: Codes
  deviceCodes: DeviceCodes
  /** Lifetime of access tokens of clients that handle claims challenges, seconds. */
  challengeableLifetime: number
  /** Whether the redirect carries `iss` (RFC 9207) and discovery says so; Entra does not. */
  issParameter: boolean
  /** Every tenant on the port; the first is that of the top level of `tenant.json`. */
  tenants: readonly TenantState[]
}

/** One tenant, with what it shares with the others: the same objects. */
export interface TenantState extends SharedState {
  tenantId: string
  tenantName: string
  /** The domain of the user names. */
  domain: string
  registry: Registry
  directory: Directory
  drives: Drives
  uploads: UploadSessions
  extensionProperties: ExtensionProperties
  /** The number of users that were generated; people who were added are not in it. */
  generatedUsers: () => number
  consents: Consents
  /** The accounts that wrong passwords have locked. */
  lockouts: Lockouts
  policies: Policies
}

export function issuerOf(tenant: TenantState): string {
  return `${tenant.origin}/${tenant.tenantId}/v2.0`
}

/** The issuer of v1.0 tokens is the same on every host of a cloud, and that of Entra's public cloud on other hosts. */
export function firstIssuer({
  origin,
  tenantId,
}: Pick<TenantState, 'origin' | 'tenantId'>): string {
  return `${cloudOf(origin)?.firstIssuer ?? 'https://sts.windows.net'}/${tenantId}/`
}
