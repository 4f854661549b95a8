import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type EntraError, errorIn, untrusted } from './errors.ts'
import type { EntraAnswer } from './network.ts'

/** A token endpoint's success, RFC 6749 §5.1, in the terms of this product. */
export interface TokenResponse {
  accessToken: string
  /** Lifetime of the access token in seconds. */
  expiresInS: number
  /** What was really granted. */
  scopes: string[]
  /** Not verified yet. */
  idToken: string | undefined
  /** Absent where the old one stays in use. */
  refreshToken: string | undefined
}

/** Real tokens are about 2 kB; one that holds 200 groups stays under 10. */
const maxTokenLength = 32 * 1024

/** What an Authorization header can hold: RFC 9110 §11.2, `b64token` of RFC 6750 §2.1. */
const token68 = /^[A-Za-z0-9._~+/-]+=*$/

const Success = Type.Object({
  token_type: Type.String(),
  access_token: Type.String({ minLength: 1, maxLength: maxTokenLength }),
  expires_in: Type.Union([Type.Number(), Type.String({ pattern: '^[0-9]{1,9}$' })]),
  scope: Type.Optional(Type.String({ maxLength: 8192 })),
  // Verified, and refused where it is missing, by whoever needs it.
  id_token: Type.Optional(Type.Unknown()),
  refresh_token: Type.Optional(Type.String({ minLength: 1, maxLength: maxTokenLength })),
})

/** Reads what a token endpoint answered. @throws EntraError naming the member that is not as it must be */
export function readTokenResponse(answer: EntraAnswer | undefined): TokenResponse {
  if (answer?.status !== 200 || errorIn(answer) || !Value.Check(Success, answer.body)) {
    throw unusable(answer)
  }
  const { body } = answer
  // Case does not matter here (RFC 6749 §7.1); another type would be a token that we cannot use.
  if (body.token_type.toLowerCase() !== 'bearer') throw untrusted('token_type')
  // Any other text breaks the header of every call, and the API would be blamed for it.
  if (!token68.test(body.access_token)) throw untrusted('access_token')
  const expiresInS = Number(body.expires_in)
  if (!(expiresInS > 0 && expiresInS <= 30 * 24 * 3600)) throw untrusted('expires_in')
  return {
    accessToken: body.access_token,
    expiresInS,
    scopes: body.scope?.split(' ').filter(Boolean) ?? [],
    idToken: typeof body.id_token === 'string' ? body.id_token : undefined,
    refreshToken: body.refresh_token,
  }
}

/** The OAuth error in an answer (RFC 6749 §5.2), if it is one. */
export function refusalIn(answer: EntraAnswer | undefined): EntraError | undefined {
  if (!answer || answer.status === 200) return undefined
  const error = errorIn(answer)
  return error?.oauthError === undefined ? undefined : error
}

/**
 * For an answer that is neither a success nor an OAuth error.
 *
 * @param cause what stopped there; not used if the answer itself says what is wrong
 */
export function unusable(answer: EntraAnswer | undefined, cause?: Error): EntraError {
  const said = answer && errorIn(answer)
  return untrusted('token_response', {
    ...(answer && { httpStatus: answer.status }),
    ...(said?.aadsts && { aadsts: said.aadsts }),
    // As the cause: what it says in such an answer must not interrupt anybody's session.
    ...((said ?? cause) && { cause: said ?? cause }),
  })
}

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
