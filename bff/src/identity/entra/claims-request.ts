/** Claims requests (OpenID Connect Core §5.5): what a claims challenge asks Entra to put into the next tokens. */

/**
 * Bytes that a claims request takes in the JSON of the sign-in's cookie, escapes included. Real ones
 * are 60 to 400 characters long; more than this and the longest `returnTo` would not fit beside it.
 */
const maxBytes = 1400
const members = new Set(['access_token', 'id_token', 'userinfo'])

/**
 * A claims request that came from outside, if it is one: an object with a member for a kind of token,
 * each an object by claim.
 *
 * @returns the same request as compact JSON; undefined for everything else
 */
export function usableClaims(json: string | undefined): string | undefined {
  if (json === undefined || json.length > maxBytes) return undefined
  const request = parse(json)
  if (!isObject(request)) return undefined
  const entries = Object.entries(request)
  const known = entries.every(([member, claims]) => members.has(member) && isObject(claims))
  if (!known || entries.length === 0) return undefined
  const compact = JSON.stringify(request)
  return Buffer.byteLength(JSON.stringify(compact)) <= maxBytes ? compact : undefined
}

/** The claims request for an ID token that says it satisfied an authentication context, such as `c1`. */
export function stepUpClaims(authenticationContext: string): string {
  return JSON.stringify({ id_token: { acrs: { essential: true, value: authenticationContext } } })
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
