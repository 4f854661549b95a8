/** Claims requests (OpenID Connect Core §5.5): what Entra is asked to put into the next tokens. */
import { isObject, parseJson } from '../json.ts'

/**
 * Bytes of a claims request in the JSON of the sign-in's cookie, escapes included. Real ones have 60 to
 * 400 characters. A longer one than this would not fit beside the longest `returnTo`.
 */
const maxBytes = 1400
const tokenKinds = new Set(['access_token', 'id_token', 'userinfo'])

/**
 * Checks a claims request that came from outside: an object with a member for each kind of token,
 * and in it an object by claim.
 *
 * @returns the request as compact JSON; undefined for anything else
 */
export function parseClaimsRequest(json: string | undefined): string | undefined {
  if (json === undefined || json.length > maxBytes) return undefined
  const request = parseJson(json)
  if (!isObject(request)) return undefined
  const entries = Object.entries(request)
  const isKnown = entries.every(([kind, claims]) => tokenKinds.has(kind) && isObject(claims))
  if (!isKnown || entries.length === 0) return undefined
  const compact = JSON.stringify(request)
  return Buffer.byteLength(JSON.stringify(compact)) <= maxBytes ? compact : undefined
}

/** Asks for an ID token that satisfies an authentication context, such as `c1`. */
export function acrsClaimsRequest(authenticationContext: string): string {
  return JSON.stringify({ id_token: { acrs: { essential: true, value: authenticationContext } } })
}
