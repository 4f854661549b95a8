/** What the tenant's administrators have decided. It lasts until it is changed back. */

import type { Endpoint } from './endpoint.ts'

export interface Policies {
  /** Which authentication context a token needs at which place of Graph. */
  readonly authenticationContexts: ReadonlyMap<Endpoint, string>
  requireContext(at: Endpoint, context: string | undefined): void
  /** Users cannot consent by themselves any more. */
  adminConsentOnly: boolean
  /** The clients' secrets have expired. */
  secretsExpired: boolean
  /** Guests may read nobody but themselves. */
  guestsRestricted: boolean
  /** For how many requests Graph does not show an application that was just made. */
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
