/**
 * The `claims` parameter of authorize and token requests: what the application wants in its tokens.
 * https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
import { EntraError } from './entra/errors.ts'
import type { Endpoint } from './endpoint.ts'

export interface ClaimsRequest {
  /** Authentication contexts that the tokens have to carry as `acrs`, such as `c1`. */
  contexts: readonly string[]
  /** The application handles claims challenges (`xms_cc` with `cp1`). */
  handlesChallenges: boolean
}

/** @throws EntraError 9002313 for anything but a JSON object of objects */
export function readClaimsRequest(text: string | undefined): ClaimsRequest {
  if (text === undefined) return { contexts: [], handlesChallenges: false }
  const request = objectOf(parse(text))
  const accessToken = objectOf(request.access_token ?? {})
  const idToken = objectOf(request.id_token ?? {})
  const contexts = [...valuesOf(accessToken.acrs), ...valuesOf(idToken.acrs)]
  const capabilities = valuesOf(accessToken.xms_cc).map((name) => name.toLowerCase())
  return { contexts: [...new Set(contexts)], handlesChallenges: capabilities.includes('cp1') }
}

/** The request that asks for these contexts, as it stands in a challenge. */
export function contextClaims(contexts: readonly string[]): string {
  const wanted = contexts.length === 1 ? { value: contexts[0] } : { values: contexts }
  return JSON.stringify({ access_token: { acrs: { essential: true, ...wanted } } })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed()
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed()
  return { ...value }
}

/** What a claim has to be: `value`, or one of `values` (OpenID Connect Core section 5.5.1). */
function valuesOf(claim: unknown): string[] {
  if (claim === undefined || claim === null) return []
  const { essential, value, values } = objectOf(claim)
  if (essential === false) return []
  const all: unknown[] = Array.isArray(values) ? values : [value]
  return all.filter((one) => typeof one === 'string')
}

function malformed(): EntraError {
  return new EntraError(9002313, { message: "The value of the 'claims' parameter is malformed." })
}

// What the tenant's administrators have decided: state that lasts until it is changed back.

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
