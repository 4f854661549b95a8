/** One exchange of a session's refresh token: the answer is checked, matched to the user, and written. */
import type { FastifyBaseLogger } from 'fastify'
import { type ProblemError, signInRequired, unavailable } from '../errors.ts'
import {
  remedyFor,
  type Entra,
  EntraError,
  interactionFor,
  type TokenResponse,
  parseClaimsRequest,
} from '../entra/index.ts'
import type { Challenges } from './challenges.ts'
import { findToken, grantedToken, withToken } from './token-set.ts'
import type { Session } from './cache.ts'
import type { SessionRecord, TokenFailure } from './record.ts'
import type { Sessions } from './sessions.ts'
import { withRequest } from './token-requests.ts'

/** What is asked of Entra, and why. */
export interface RenewalRequest {
  scopes: readonly string[]
  /** The name of these scopes, `scopeKey`. */
  key: string
  /** The token that an API has refused, if that is the reason. */
  rejected?: string | undefined
  /** A claims request (JSON) that the new token has to meet. */
  claims?: string | undefined
}

export interface Renewal {
  /** @returns the access token. @throws ProblemError; what came of it is in the session's record by then */
  renew(session: Session, record: SessionRecord, request: RenewalRequest): Promise<string>
  /** What a caller hears of a failure, when it happens and for as long as it holds. */
  problemFor(session: Session, failure: TokenFailure, facts: FailureFacts): Promise<ProblemError>
}

export interface FailureFacts {
  cause?: unknown
  /** Whole seconds. */
  retryAfterS?: number | undefined
}

export interface RenewalOptions {
  entra: Entra
  sessions: Sessions
  challenges: Challenges
  log: FastifyBaseLogger
  now: () => number
}

export function createRenewal(options: RenewalOptions): Renewal {
  const { entra, sessions, challenges, log, now } = options

  /** Whoever the answer is for, it must be the person at this browser (OpenID Connect Core §12.2). */
  async function assertSameUser(answer: TokenResponse, session: Session, record: SessionRecord) {
    // An answer without an ID token is allowed.
    if (answer.idToken === undefined) return
    const { claims } = await entra.verify(answer.idToken, answer)
    const same = (['iss', 'sub', 'tid', 'oid'] as const).every(
      (claim) => claims[claim] === record.claims[claim],
    )
    if (same) return
    log.error({ event: 'refresh_of_another_user' }, 'A refresh was answered for another user')
    await sessions.end(session.secrets.id)
    throw signInRequired()
  }

  /** Writes down what came of it. @returns undefined where the session has ended */
  function keep(
    session: Session,
    { key, rejected, claims }: RenewalRequest,
    outcome: { failure?: TokenFailure | undefined; retryAfterS?: number | undefined },
    change: (record: SessionRecord) => SessionRecord = (record) => record,
  ) {
    const request = { key, forced: rejected !== undefined, claims, ...outcome }
    return sessions.update(session, (record) => withRequest(change(record), request, now()))
  }

  async function problemFor(
    session: Session,
    { reason, claims, scopes }: TokenFailure,
    { cause, retryAfterS }: FailureFacts,
  ): Promise<ProblemError> {
    return reason
      ? challenges.demand(session, { reason, claims, scopes, cause })
      : unavailable(cause, retryAfterS)
  }

  async function failed(session: Session, request: RenewalRequest, error: EntraError) {
    const failure = failureOf(error, request)
    if (!failure.reason) logRefusal(log, error)
    const { retryAfterS } = error
    const written = await keep(session, request, { failure, retryAfterS })
    return written ? problemFor(session, failure, { cause: error, retryAfterS }) : signInRequired()
  }

  return {
    problemFor,
    renew: async (session, record, request) => {
      const { refreshToken } = record
      const { scopes, claims } = request
      if (!refreshToken) throw await problemFor(session, { reason: 'session_expired' }, {})
      let answer: TokenResponse
      try {
        answer = await entra.refresh(refreshToken, scopes, claims)
        await assertSameUser(answer, session, record)
      } catch (error) {
        throw error instanceof EntraError ? await failed(session, request, error) : error
      }
      const token = grantedToken(answer, scopes, now())
      // Entra may grant less than was asked for; the rest is the user's to consent to.
      const failure = findToken([token], scopes)
        ? undefined
        : { reason: 'consent' as const, scopes: [...scopes] }
      const written = await keep(session, request, { failure }, (kept) =>
        withToken(kept, token, answer.refreshToken, now()),
      )
      // A sign-out counts for the requests that were under way as well.
      if (!written) throw signInRequired()
      if (failure) throw await problemFor(session, failure, {})
      return token.accessToken
    },
  }
}

/** Entra's two ways to ask for the user, or no usable answer: that says nothing about the user. */
function failureOf(error: EntraError, { scopes, claims }: RenewalRequest): TokenFailure {
  const reason = interactionFor(error)
  if (!reason) return {}
  // What Entra asks for counts more than what the API asked Entra for.
  const asked = reason === 'step_up' ? (parseClaimsRequest(error.claims) ?? claims) : undefined
  return {
    reason,
    ...(asked !== undefined && { claims: asked }),
    ...(reason === 'consent' && { scopes: [...scopes] }),
  }
}

/** What the user cannot mend and another attempt will not: the operator's, in words. */
function logRefusal(log: FastifyBaseLogger, error: EntraError): void {
  if (error.code !== 'entra_refused') return
  const { aadsts, oauthError } = error
  const fields = { event: 'refresh_refused', aadsts, oauthError, advice: remedyFor(error) }
  log.error(fields, 'Entra refused to renew a token')
}
