/** An access token for the signed-in user: the one in memory while it lasts, else a fresh one from Entra. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { unusableBeforeMs } from '../entra/index.ts'
import { ProblemError, signInRequired, unavailable } from '../errors.ts'
import type { OneTimeKeys } from '../store/store.ts'
import type { Session } from './cache.ts'
import type { GrantedToken, SessionRecord } from './record.ts'
import type { RefreshRequest, TokenRefresh } from './refresh.ts'
import type { Sessions } from './sessions.ts'
import {
  claimsKey,
  findToken,
  heldBack,
  type HeldBack,
  scopeKey,
  withoutRejected,
} from './token-set.ts'

/** A token is replaced from this long before its end, while it still works (milliseconds). */
const refreshBeforeMs = 3 * 60_000
/** One exchange with Entra takes eight seconds at most. A crashed instance must not block for longer. */
const lockMs = 12_000
const lockRetryMs = 40

/** What an API said about a token that it did not accept. */
export interface TokenRejection {
  /** The token itself: it is not used again, however long it lasts. */
  rejected: string
  /** The claims request (JSON) of the API's claims challenge, for the new token. */
  claims?: string | undefined
}

interface AccessTokensOptions {
  sessions: Sessions
  oneTimeKeys: OneTimeKeys
  tokenRefresh: TokenRefresh
  log: FastifyBaseLogger
  now: () => number
}

/**
 * Looks for a token in memory, then joins a request of this process that is in progress, then reads the
 * record, then takes a lock among all instances, then asks Entra. A token that still works goes on
 * working while Entra is down.
 */
export class AccessTokens {
  readonly #options: AccessTokensOptions
  readonly #inProgress = new Map<string, Promise<string>>()

  constructor(options: AccessTokensOptions) {
    this.#options = options
  }

  /**
   * @param scopes what the token has to allow
   * @returns the rejected token itself, if Entra was asked a moment ago and there is no other token
   * @throws ProblemError `interaction_required` if Entra wants to see the user again, `unavailable` if it
   * does not answer, `sign_in_required` if the session ended
   */
  for(
    session: Session,
    scopes: readonly string[],
    rejection?: TokenRejection,
  ): string | Promise<string> {
    const token = findToken(session.tokens, scopes)
    const usable = this.#lasts(token, unusableBeforeMs) && token.accessToken !== rejection?.rejected
    if (usable && this.#lasts(token, refreshBeforeMs)) return token.accessToken
    const request = { scopes, key: scopeKey(scopes), ...rejection }
    if (!usable) return this.#obtainOnce(session, request)
    this.#refreshInBackground(session, request)
    return token.accessToken
  }

  #obtainOnce(session: Session, request: RefreshRequest): Promise<string> {
    const { rejected, claims, scopes } = request
    const key = [session.secrets.id, rejected, claims, ...scopes].join(' ')
    const shared =
      this.#inProgress.get(key) ??
      this.#obtain(session, request).finally(() => void this.#inProgress.delete(key))
    this.#inProgress.set(key, shared)
    return shared
  }

  #refreshInBackground(session: Session, request: RefreshRequest): void {
    const { log, now } = this.#options
    if (heldBack(session.tokenRequests, request.key, false, now())) return
    this.#obtainOnce(session, request).catch((error: unknown) => {
      const code = error instanceof ProblemError ? error.code : 'internal'
      log.warn({ err: error, event: 'token_not_renewed', code }, 'A token was not replaced early')
    })
  }

  async #obtain(session: Session, request: RefreshRequest): Promise<string> {
    const { log, oneTimeKeys, tokenRefresh } = this.#options
    const startedAt = performance.now()
    while (performance.now() - startedAt < lockMs) {
      const { token } = await this.#fromRecord(session, request)
      if (token !== undefined) return token
      const release = await oneTimeKeys.lock(`refresh:${session.secrets.id}`, lockMs)
      if (release) {
        try {
          // Another instance may have finished before the lock was free.
          const found = await this.#fromRecord(session, request)
          return found.token ?? (await tokenRefresh.refreshTokens(session, found.record, request))
        } finally {
          await release().catch((error: unknown) =>
            log.warn({ err: error, event: 'lock_not_released' }, 'A lock stays until it expires'),
          )
        }
      }
      await sleep(lockRetryMs)
    }
    throw unavailable()
  }

  /** What the record offers: a token that another request or instance got, or the last failure. */
  async #fromRecord(session: Session, request: RefreshRequest) {
    const { sessions, now } = this.#options
    const record = await sessions.record(session)
    if (!record) throw signInRequired()
    const token = findToken(withoutRejected(record, request.rejected), request.scopes)
    if (this.#lasts(token, refreshBeforeMs)) {
      session.tokens = record.tokens
      return { record, token: token.accessToken }
    }
    const isForced = request.rejected !== undefined
    const held = heldBack(record.tokenRequests, request.key, isForced, now())
    return { record, token: held && (await this.#whileHeld(session, record, request, held)) }
  }

  /** Entra was asked a moment ago: the token that it gave then, as long as it lasts, or its failure. */
  async #whileHeld(
    session: Session,
    record: SessionRecord,
    { scopes, rejected, claims }: RefreshRequest,
    { failure, claims: heldClaims, retryAfterS }: HeldBack,
  ): Promise<string> {
    // If the API asks for other claims than the request that failed, the API has to challenge the user.
    const asksForOthers = claims !== undefined && claimsKey(claims) !== heldClaims
    if (rejected !== undefined && failure?.reason === 'step_up' && asksForOthers) return rejected
    if (failure) {
      throw await this.#options.tokenRefresh.problemFor(session, failure, { retryAfterS })
    }
    const token = findToken(withoutRejected(record, rejected), scopes)
    if (this.#lasts(token, 0)) return token.accessToken
    if (rejected !== undefined) return rejected
    throw unavailable(undefined, retryAfterS)
  }

  #lasts(token: GrantedToken | undefined, ms: number): token is GrantedToken {
    return token !== undefined && token.expiresAt - this.#options.now() > ms
  }
}
