/** What the tenant's administrators have decided. It lasts until it is changed back. */

import type { Endpoint } from './endpoint.ts'

export interface Policies {
  /** The authentication context that a token needs, by endpoint of Graph. */
  readonly authenticationContexts: ReadonlyMap<Endpoint, string>
  requireContext(at: Endpoint, context: string | undefined): void
  /** Only administrators can consent. */
  adminConsentOnly: boolean
  /** The clients' secrets have expired. */
  secretsExpired: boolean
  /** Guests may read only themselves. */
  guestsRestricted: boolean
  /** The number of requests for which Graph does not show a new application. */
  newApplicationsHiddenFor: number
}

export function createPolicies(): Policies {
  const authenticationContexts = new Map<Endpoint, string>()
  return {
    authenticationContexts,
    requireContext(at, context) {
      if (context === undefined) authenticationContexts.delete(at)
      else authenticationContexts.set(at, context)
    },
    adminConsentOnly: false,
    secretsExpired: false,
    guestsRestricted: false,
    newApplicationsHiddenFor: 0,
  }
}
