/** One tenant for the program that started it: its people, and what its administrators do. */

import { createScenarios, type Scenarios } from '../control/scenarios/scenarios.ts'
import type { TenantUser } from '../directory/directory.ts'
import { endSessions } from '../entra/authorize/accounts.ts'
import type { Endpoint } from '../endpoint.ts'
import { checkUserCount } from '../options.ts'
import { clientsOf, type StartClient } from '../config/clients.ts'
import type { CreatedTenant } from '../state/create.ts'

export interface TenantHandle {
  tenantId: string
  tenantName: string
  /** The domain of its generated user names. */
  domain: string
  /** The clients that the tenant was started with. */
  clients: readonly StartClient[]
  /** Is a new list after `resize`. */
  readonly users: readonly TenantUser[]
  /** Named failures, which can be set and cleared. Those of requests are for all tenants on the port. */
  scenarios: Scenarios
  /** Ends the user's refresh tokens (AADSTS50173 from now on), sessions in browsers and, for clients with `cp1`, access tokens. Without an id: for all users. */
  revokeUser(id?: string): void
  /** Ends the user's access tokens of clients with `cp1`: Graph challenges them, and a refresh helps. Without an id: for all users. */
  revokeTokens(id?: string): void
  /** The user can neither sign in nor refresh any more (AADSTS50057), and Graph challenges tokens of clients with `cp1`. */
  disableUser(id?: string): void
  /** Undoes `disableUser`; without an id, for all users. */
  enableUser(id?: string): void
  /** Graph's `at` answers only to tokens whose `acrs` has this authentication context, such as `c1`; undefined: to all. */
  requireAuthenticationContext(at: Endpoint, context: string | undefined): void
  /** Unlocks an account that wrong passwords have locked (AADSTS50053); without an id, all. */
  unlockUser(id?: string): void
  /** Withdraws what the user has consented to; without an id, all consents. */
  withdrawConsent(id?: string): void
  /** While on, users who are not administrators cannot consent: AADSTS90094. */
  requireAdminConsent(on: boolean): void
  /** The clients' secrets are expired: AADSTS7000222. */
  expireSecret(): void
  restoreSecret(): void
  /** While on, guests get 403 for all users but themselves. */
  restrictGuests(on: boolean): void
  /** Hides new applications from Graph for a number of requests, as in Entra, whose copies lag behind. */
  hideNewApplications(requests: number): void
  /** Changes the number of users, 1 to 100 000; users who remain keep their ids. @throws Error */
  resize(users: number): void
}

export function tenantHandle({ tenant, options }: CreatedTenant): TenantHandle {
  const { tenantId, tenantName, domain, directory, consents, policies } = tenant
  return {
    tenantId,
    tenantName,
    domain,
    clients: clientsOf(options),
    get users() {
      return directory.users
    },
    scenarios: createScenarios(tenant),
    revokeUser: (id) => endSessions(tenant, id),
    revokeTokens: (id) => directory.revokeTokens(id),
    disableUser: (id) => directory.disable(id),
    enableUser: (id) => directory.enable(id),
    requireAuthenticationContext: (at, context) => policies.requireContext(at, context),
    unlockUser: (id) => tenant.lockouts.unlock(id),
    withdrawConsent: (id) => consents.withdraw(id),
    requireAdminConsent: (on) => void (policies.adminConsentOnly = on),
    expireSecret: () => void (policies.secretsExpired = true),
    restoreSecret: () => void (policies.secretsExpired = false),
    restrictGuests: (on) => void (policies.guestsRestricted = on),
    hideNewApplications: (requests) => void (policies.newApplicationsHiddenFor = requests),
    resize(users) {
      checkUserCount(users)
      directory.resize(users)
    },
  }
}
