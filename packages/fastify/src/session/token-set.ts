/**
 * The tokens of a session: what each allows and until when, and when Entra was last asked for one.
 *
 * A session asks Entra once in `tokenRequestEveryMs` for each set of scopes. The last request is kept in the session's
 * record, so that the limit holds for all instances, and for copies that are read again.
 */
import { createHash } from 'node:crypto'
import { isDefaultScope, isSameScope, normaliseScope } from '../config/index.ts'
import { type TokenResponse, tokenRequestEveryMs } from '../entra/index.ts'
import type { GrantedToken, SessionRecord, TokenFailure, TokenRequest } from './record.ts'

/** The clocks of instances differ by seconds. A time further ahead was written by a wrong clock. */
const maxClockDifferenceMs = 60_000
/** Sets of scopes whose last request is kept; a session uses one for each API and a few more. */
const maxRequests = 8

/**
 * The token of an answer, as it is kept. If the answer names no scopes, the requested ones count. Entra
 * names the scopes that `.default` stood for, never `.default` itself; a later request for it finds this
 * token too.
 */
export function grantedToken(
  answer: TokenResponse,
  requested: readonly string[],
  now: number,
): GrantedToken {
  return {
    scopes:
      answer.scopes.length > 0
        ? [...answer.scopes, ...requested.filter(isDefaultScope)]
        : [...requested],
    accessToken: answer.accessToken,
    expiresAt: now + answer.expiresInS * 1000,
  }
}

/** The record with a new token and a rotated refresh token, without tokens that expired or that it replaces. */
export function withToken(
  record: SessionRecord,
  token: GrantedToken,
  refreshToken: string | undefined,
  now: number,
): SessionRecord {
  const others = record.tokens.filter(
    ({ scopes, expiresAt }) => expiresAt > now && !allowsScopes(token.scopes, scopes),
  )
  return { ...record, tokens: [...others, token], ...(refreshToken && { refreshToken }) }
}

/** The kept tokens, without the one that an API has rejected. */
export function withoutRejected(
  { tokens }: SessionRecord,
  rejected: string | undefined,
): GrantedToken[] {
  return tokens.filter(({ accessToken }) => accessToken !== rejected)
}

/** The kept token that allows `scopes` longest. */
export function findToken(
  tokens: readonly GrantedToken[],
  scopes: readonly string[],
): GrantedToken | undefined {
  let best: GrantedToken | undefined
  for (const token of tokens) {
    if (best && best.expiresAt >= token.expiresAt) continue
    if (allowsScopes(token.scopes, scopes)) best = token
  }
  return best
}

/** A name for a set of scopes, in any order and spelling. */
export function scopeKey(scopes: readonly string[]): string {
  const names = [...new Set(scopes.map(normaliseScope))].toSorted()
  return createHash('sha256').update(names.join(' ')).digest('base64url').slice(0, 16)
}

function allowsScopes(granted: readonly string[], requested: readonly string[]): boolean {
  return requested.every((scope) => granted.some((have) => isSameScope(have, scope)))
}

/** A request that may not be made yet, and how the last one ended. */
export interface HeldBack {
  failure: TokenFailure | undefined
  /** The name of the claims that it was made with. */
  claims: string | undefined
  /** Whole seconds until the next one may be made. */
  retryAfterS: number
}

/**
 * Whether a request has to wait.
 *
 * @param forced an API has rejected the token. The first such request does not wait for those that were
 * made without a rejection: that token may have been replaced a second ago, and be revoked now
 * @param now ms since the epoch
 */
export function heldBack(
  requests: readonly TokenRequest[] | undefined,
  key: string,
  forced: boolean,
  now: number,
): HeldBack | undefined {
  const known = requests?.filter(({ at }) => at <= now + maxClockDifferenceMs) ?? []
  const last = known.find((request) => request.key === key)
  // Microsoft said how long to wait: that holds for every request of this user.
  const throttled = known.find((one) => one.throttled && one.key !== key && now < one.notBefore)
  if (throttled)
    return { failure: {}, claims: undefined, retryAfterS: secondsUntil(throttled.notBefore, now) }
  if (!last) return undefined
  const { forcedAt = -Infinity, notBefore, failure, claims } = last
  const until = forced && !last.throttled ? forcedAt + tokenRequestEveryMs : notBefore
  if (now >= until) return undefined
  return { failure, claims, retryAfterS: secondsUntil(until, now) }
}

function secondsUntil(time: number, now: number): number {
  return Math.max(1, Math.ceil((time - now) / 1000))
}

/** The outcome of a request. */
interface Outcome {
  key: string
  forced: boolean
  /** The claims request that it was made with. */
  claims?: string | undefined
  failure?: TokenFailure | undefined
  /** Seconds that Microsoft said to wait. */
  retryAfterS?: number | undefined
}

/** The record with a request that was made just now. @param now ms since the epoch */
export function withRequest(
  record: SessionRecord,
  { key, forced, claims, failure, retryAfterS = 0 }: Outcome,
  now: number,
): SessionRecord {
  const requests = record.tokenRequests ?? []
  const earlier = requests.find((request) => request.key === key)
  const forcedAt = forced ? now : earlier?.forcedAt
  const request: TokenRequest = {
    key,
    at: now,
    ...(forcedAt !== undefined && { forcedAt }),
    notBefore: now + Math.max(tokenRequestEveryMs, retryAfterS * 1000),
    ...(claims !== undefined && { claims: claimsKey(claims) }),
    ...(retryAfterS > 0 && { throttled: true }),
    ...(failure && { failure }),
  }
  const others = requests.filter((one) => one.key !== key)
  return { ...record, tokenRequests: [request, ...others].slice(0, maxRequests) }
}

/** A name for a claims request. */
export function claimsKey(claims: string): string {
  return createHash('sha256').update(claims).digest('base64url').slice(0, 16)
}
