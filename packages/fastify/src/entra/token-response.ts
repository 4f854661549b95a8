/** Reads what the token endpoint answers. */
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { isObject, parseJson } from '../json.ts'
import { checkFailed, type EntraError, errorIn } from './errors.ts'
import type { EntraAnswer } from './network.ts'

/** A success of the token endpoint (RFC 6749 §5.1). */
export interface TokenResponse {
  accessToken: string
  /** Lifetime of the access token in seconds. */
  expiresInS: number
  /** The scopes that were granted. */
  scopes: string[]
  /** Not verified yet. */
  idToken: string | undefined
  /** Undefined if the old one stays in use. */
  refreshToken: string | undefined
}

/**
 * A token of the same kind is asked for once in this time, whatever the outcome, ms. Pages and jobs ask many times, and Entra
 * blocks clients that repeat themselves (AADSTS50196).
 */
export const tokenRequestEveryMs = 5_000

/** A token that ends sooner than this may end on its way to the API, ms. */
export const unusableBeforeMs = 20_000

/** Real tokens have about 2 kB; one with 200 groups has less than 10. */
const maxTokenLength = 32 * 1024

/** What an Authorization header can hold (RFC 9110 §11.2, `b64token` of RFC 6750 §2.1). */
const token68 = /^[A-Za-z0-9._~+/-]+=*$/

const Success = Type.Object({
  token_type: Type.String(),
  access_token: Type.String({ minLength: 1, maxLength: maxTokenLength }),
  expires_in: Type.Union([Type.Number(), Type.String({ pattern: '^[0-9]{1,9}$' })]),
  scope: Type.Optional(Type.String({ maxLength: 8192 })),
  // The sign-in verifies it and rejects an answer without it.
  id_token: Type.Optional(Type.Unknown()),
  refresh_token: Type.Optional(Type.String({ minLength: 1, maxLength: maxTokenLength })),
})
const successes = Compile(Success)

/** @throws EntraError naming the member that is wrong */
export function readTokenResponse(answer: EntraAnswer | undefined): TokenResponse {
  if (answer?.status !== 200 || errorIn(answer) || !successes.Check(answer.body)) {
    throw unusable(answer)
  }
  const { body } = answer
  // The case does not matter (RFC 6749 §7.1). A token of another type cannot be used.
  if (body.token_type.toLowerCase() !== 'bearer') throw checkFailed('token_type')
  // Other text breaks the header of every call, which would look like a failure of the API.
  if (!token68.test(body.access_token)) throw checkFailed('access_token')
  const expiresInS = Number(body.expires_in)
  if (!(expiresInS > 0 && expiresInS <= 30 * 24 * 3600)) throw checkFailed('expires_in')
  return {
    accessToken: body.access_token,
    expiresInS,
    scopes: body.scope?.split(' ').filter(Boolean) ?? [],
    idToken: typeof body.id_token === 'string' ? body.id_token : undefined,
    refreshToken: body.refresh_token,
  }
}

/** The OAuth error in an answer (RFC 6749 §5.2); undefined if there is none. */
export function oauthErrorIn(answer: EntraAnswer | undefined): EntraError | undefined {
  if (!answer || answer.status === 200) return undefined
  const error = errorIn(answer)
  return error?.oauthError === undefined ? undefined : error
}

/**
 * MSAL reads the ID token before we do. It says `nonce_mismatch` for a token without claims as well, and where there
 * is no token, so the answer decides.
 */
function failedCheckOf(answer: EntraAnswer | undefined, cause: Error | undefined): string {
  const code: unknown = cause && 'code' in cause ? cause.code : undefined
  if (code !== 'nonce_mismatch' && code !== 'token_parsing_error') return 'token_response'
  const members: Record<string, unknown> = { ...(answer?.body as object | undefined) }
  const token = members['id_token']
  if (typeof token !== 'string' || token === '') return 'token_response'
  return code === 'nonce_mismatch' && hasClaims(token) ? 'nonce' : 'id_token'
}

function hasClaims(token: string): boolean {
  return isObject(parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')))
}

/**
 * For an answer that is neither a success nor an OAuth error.
 *
 * @param cause used if the answer itself names no error
 */
export function unusable(answer: EntraAnswer | undefined, cause?: Error): EntraError {
  const said = answer && errorIn(answer)
  return checkFailed(failedCheckOf(answer, cause), {
    ...(answer && { httpStatus: answer.status }),
    ...(said?.aadsts && { aadsts: said.aadsts }),
    // Only as the cause, because an error in such an answer must not interrupt a session.
    ...((said ?? cause) && { cause: said ?? cause }),
  })
}
