/**
 * The `claims` parameter of authorize and token requests: the claims that the application wants in its tokens.
 * https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */

import { optionalIdTokenClaims } from '../registry/client.ts'
import { EntraError } from './errors.ts'

export interface ClaimsRequest {
  /** Authentication contexts that the tokens have to carry as `acrs`, such as `c1`. */
  contexts: readonly string[]
  /** The application handles claims challenges (`xms_cc` with `cp1`). */
  handlesChallenges: boolean
  /** The optional claims that the ID token is to carry, such as `auth_time`. Others are the registration's matter. */
  idTokenClaims: readonly string[]
}

/** @throws EntraError 9002313 for anything but a JSON object of objects */
export function readClaimsRequest(text: string | undefined): ClaimsRequest {
  if (text === undefined) return { contexts: [], handlesChallenges: false, idTokenClaims: [] }
  const request = objectOf(parse(text))
  const accessToken = objectOf(request.access_token ?? {})
  const idToken = objectOf(request.id_token ?? {})
  const contexts = [...valuesOf(accessToken.acrs), ...valuesOf(idToken.acrs)]
  const capabilities = valuesOf(accessToken.xms_cc).map((name) => name.toLowerCase())
  return {
    contexts: [...new Set(contexts)],
    handlesChallenges: capabilities.includes('cp1'),
    idTokenClaims: optionalIdTokenClaims.filter((name) => name in idToken),
  }
}

/** @returns the claims request for these contexts, as a challenge carries it */
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

/** The required values of a claim: `value`, or one of `values` (OpenID Connect Core section 5.5.1). */
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
