/**
 * How often a session asks Entra for a token: once in five seconds for each set of scopes, whatever came of
 * it. Pages ask many times, and Entra blocks clients that repeat themselves (AADSTS50196). It is remembered
 * in the session's record, so that it holds for all instances, and for copies that are read again.
 */
import { createHash } from 'node:crypto'
import type { SessionRecord, TokenFailure, TokenRequest } from './record.ts'

const windowMs = 5_000
/** The clocks of instances differ by seconds; what lies further ahead was written by a clock that was wrong. */
const clockDifferenceMs = 60_000
/** Sets of scopes that are remembered; a session uses one for each API and a few more. */
const most = 8

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
 * @param forced an API has refused the token that is there. The first such request does not wait for the
 * ones that were made without an API's refusal: that token may have been replaced a second ago, and be
 * revoked now.
 * @param now ms since the epoch
 */
export function heldBack(
  requests: readonly TokenRequest[] | undefined,
  key: string,
  forced: boolean,
  now: number,
): HeldBack | undefined {
  const last = requests?.find((request) => request.key === key)
  if (!last || last.at > now + clockDifferenceMs) return undefined
  const { forcedAt = -Infinity, notBefore, throttled, failure, claims } = last
  const until = forced && !throttled ? forcedAt + windowMs : notBefore
  if (now >= until) return undefined
  return { failure, claims, retryAfterS: Math.max(1, Math.ceil((until - now) / 1000)) }
}

/** What came of a request. */
export interface Outcome {
  key: string
  forced: boolean
  /** A claims request that it was made with. */
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
    notBefore: now + Math.max(windowMs, retryAfterS * 1000),
    ...(claims !== undefined && { claims: claimsKey(claims) }),
    ...(retryAfterS > 0 && { throttled: true }),
    ...(failure && { failure }),
  }
  const others = requests.filter((one) => one.key !== key)
  return { ...record, tokenRequests: [request, ...others].slice(0, most) }
}

/** A name for a claims request. */
export function claimsKey(claims: string): string {
  return createHash('sha256').update(claims).digest('base64url').slice(0, 16)
}
