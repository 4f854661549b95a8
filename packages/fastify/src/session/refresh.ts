/** One exchange of a session's refresh token: the answer is checked, matched to the user, and written. */
import type { FastifyBaseLogger } from 'fastify'
import { isDefaultScope } from '../config/index.ts'
import {
  remedyFor,
  type Entra,
  EntraError,
  interactionFor,
  needsAdministrator,
  refusesScopes,
  type TokenResponse,
  parseClaimsRequest,
} from '../entra/index.ts'
import { misconfigured, type ProblemError, signInRequired, unavailable } from '../errors.ts'
import { record as count } from '../telemetry/metrics.ts'
import { errorType, inSpan } from '../telemetry/spans.ts'
import type { Session } from './cache.ts'
import type { Challenges } from './challenges.ts'
import type { GrantedToken, SessionRecord, TokenFailure } from './record.ts'
import type { Sessions } from './sessions.ts'
import { findToken, grantedToken, withoutRejected, withRequest, withToken } from './token-set.ts'

/** What Entra is asked for, and why. */
export interface RefreshRequest {
  scopes: readonly string[]
  /** The name of these scopes, `scopeKey`. */
  key: string
  /** The token that an API has rejected, if that is the reason. */
  rejected?: string | undefined
  /** A claims request (JSON) that the new token has to meet. */
  claims?: string | undefined
}

interface FailureFacts {
  cause?: unknown
  /** Whole seconds. */
  retryAfterS?: number | undefined
}

interface TokenRefreshOptions {
  entra: Entra
  sessions: Sessions
  challenges: Challenges
  log: FastifyBaseLogger
  now: () => number
}

export class TokenRefresh {
  readonly #options: TokenRefreshOptions

  constructor(options: TokenRefreshOptions) {
    this.#options = options
  }

  /** @returns the access token. @throws ProblemError once the outcome is in the session's record */
  async refreshTokens(
    session: Session,
    record: SessionRecord,
    request: RefreshRequest,
  ): Promise<string> {
    try {
      const token = await inSpan('token refresh', () => this.#exchange(session, record, request))
      count('gatehouse.token_refreshes', 1, { outcome: 'renewed' })
      return token
    } catch (error) {
      count('gatehouse.token_refreshes', 1, { outcome: errorType(error) })
      throw error
    }
  }

  async #exchange(
    session: Session,
    record: SessionRecord,
    request: RefreshRequest,
  ): Promise<string> {
    const { entra, now } = this.#options
    const { refreshToken } = record
    const { claims } = request
    const scopes = requestable(request.scopes)
    if (!refreshToken) throw await this.problemFor(session, { reason: 'session_expired' }, {})
    let answer: TokenResponse
    try {
      answer = await entra.refresh(refreshToken, scopes, claims)
      await this.#assertSameUser(answer, session, record)
    } catch (error) {
      throw error instanceof EntraError ? await this.#failed(session, request, error) : error
    }
    const token = grantedToken(answer, scopes, now())
    // Entra may grant less than was requested; the user can consent to the rest.
    const failure = findToken([token], request.scopes)
      ? undefined
      : { reason: 'consent' as const, scopes: missingOf(token, request.scopes) }
    const written = await this.#keep(session, request, { failure }, (kept) => {
      // A token that lasts longer than the new one, and allows more, would be found before it.
      const tokens = withoutRejected(kept, request.rejected)
      return withToken({ ...kept, tokens }, token, answer.refreshToken, now())
    })
    // A sign-out counts for requests in progress as well.
    if (!written) throw signInRequired()
    if (failure) throw await this.problemFor(session, failure, {})
    return token.accessToken
  }

  /** What a caller gets for a failure, when it happens and for as long as it holds. */
  async problemFor(
    session: Session,
    { misconfigured: isMisconfigured, reason, ...asked }: TokenFailure,
    { cause, retryAfterS }: FailureFacts,
  ): Promise<ProblemError> {
    if (isMisconfigured) return misconfigured(cause)
    return reason
      ? this.#options.challenges.challenge(session, { reason, ...asked, cause })
      : unavailable(cause, retryAfterS, !(cause instanceof EntraError && cause.isUnreachable))
  }

  /** An answer for another user ends the session (OpenID Connect Core §12.2). */
  async #assertSameUser(answer: TokenResponse, session: Session, record: SessionRecord) {
    const { entra, sessions, log } = this.#options
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

  async #failed(session: Session, request: RefreshRequest, error: EntraError) {
    const failure = failureOf(error, request)
    if (!failure.reason) logRefusal(this.#options.log, error, request.scopes)
    const { retryAfterS } = error
    const written = await this.#keep(session, request, { failure, retryAfterS })
    if (!written) return signInRequired()
    return this.problemFor(session, failure, { cause: error, retryAfterS })
  }

  /** Writes the outcome. @returns undefined if the session has ended */
  #keep(
    session: Session,
    { key, rejected, claims }: RefreshRequest,
    outcome: { failure?: TokenFailure | undefined; retryAfterS?: number | undefined },
    change: (record: SessionRecord) => SessionRecord = (record) => record,
  ) {
    const { sessions, now } = this.#options
    const request = { key, forced: rejected !== undefined, claims, ...outcome }
    return sessions.update(session, (record) => withRequest(change(record), request, now()))
  }
}

/** Entra refuses `.default` beside others, and it stands for all that was consented to. */
function requestable(scopes: readonly string[]): readonly string[] {
  return scopes.some(isDefaultScope) ? scopes.filter(isDefaultScope) : scopes
}

function missingOf(token: GrantedToken, scopes: readonly string[]): string[] {
  return scopes.filter((scope) => findToken([token], [scope]) === undefined)
}

/** With a reason if Entra wants the user. Without one, there was no usable answer, and the user is not the cause. */
function failureOf(error: EntraError, { scopes, claims }: RefreshRequest): TokenFailure {
  if (refusesScopes(error)) return { misconfigured: true }
  const reason = interactionFor(error)
  if (!reason) return {}
  // What Entra asks for counts more than what the API asked Entra for.
  const requested = reason === 'step_up' ? (parseClaimsRequest(error.claims) ?? claims) : undefined
  return {
    reason,
    ...(requested !== undefined && { claims: requested }),
    ...(reason === 'consent' && { scopes: [...scopes] }),
    ...(reason === 'consent' && needsAdministrator(error) && { adminConsent: true }),
  }
}

/** Logs what neither the user nor another attempt can fix, with advice for the operator. */
function logRefusal(log: FastifyBaseLogger, error: EntraError, scopes: readonly string[]): void {
  if (error.code !== 'entra_refused') return
  const { aadsts, oauthError, traceId, correlationId } = error
  const ids = { traceId, correlationId }
  const advice = remedyFor(error)
  const fields = { event: 'refresh_refused', aadsts, oauthError, ...ids, scopes, advice }
  log.error(fields, 'Entra refused to renew a token')
}
