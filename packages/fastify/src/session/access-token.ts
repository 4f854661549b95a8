/** An access token for the signed-in user: the one in memory while it lasts, else a fresh one from Entra. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Marks } from '../store/store.ts'
import { ProblemError, signInRequired, unavailable } from '../errors.ts'
import { findToken, scopeKey } from './token-set.ts'
import type { Session } from './cache.ts'
import type { GrantedToken, SessionRecord } from './record.ts'
import type { Renewal, RenewalRequest } from './refresh.ts'
import type { Sessions } from './sessions.ts'
import { claimsKey, heldBack, type HeldBack } from './token-requests.ts'

/** From this long before its end a token is replaced, while it still works (milliseconds). */
const renewBeforeMs = 3 * 60_000
/** A token that ends sooner than this may end on its way to the API. */
const unusableBeforeMs = 20_000
/** One exchange with Entra takes eight seconds at most; a crashed instance must not block for longer. */
const lockMs = 12_000
const lookAgainMs = 40

export interface AccessTokens {
  /**
   * @param scopes what the token has to allow
   * @returns the rejected token itself if Entra was asked a moment ago and no other token is there
   * @throws ProblemError `interaction_required` where Entra wants to see the user again,
   * `unavailable` where it does not answer, `sign_in_required` where the session ended
   */
  for(session: Session, scopes: readonly string[], refusal?: TokenRefusal): string | Promise<string>
}

/** What an API did not like about a token. */
export interface TokenRefusal {
  /** The token itself: it is not handed out again, however long it lasts. */
  rejected: string
  /** The claims request (JSON) of the API's claims challenge, for the token that comes instead. */
  claims?: string | undefined
}

export interface AccessTokenOptions {
  sessions: Sessions
  marks: Marks
  renewal: Renewal
  log: FastifyBaseLogger
  now: () => number
}

/**
 * Memory, then single flight in this process, then the record, then a lock among all instances,
 * then Entra. A token that still works goes on working while Entra is down.
 */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { sessions, marks, renewal, log, now } = options
  const underWay = new Map<string, Promise<string>>()

  const lasts = (token: GrantedToken | undefined, ms: number): token is GrantedToken =>
    token !== undefined && token.expiresAt - now() > ms

  /** What the record can give: a token that another request or instance has fetched, or its last failure. */
  async function fromRecord(session: Session, request: RenewalRequest) {
    const record = await sessions.record(session)
    if (!record) throw signInRequired()
    const token = findToken(others(record, request.rejected), request.scopes)
    if (lasts(token, renewBeforeMs)) {
      session.tokens = record.tokens
      return { record, token: token.accessToken }
    }
    const held = heldBack(record.tokenRequests, request.key, isForced(request), now())
    return { record, token: held && (await whileHeld(session, record, request, held)) }
  }

  /** Entra was asked a moment ago: what it gave then, as long as it lasts, or how it failed. */
  async function whileHeld(
    session: Session,
    record: SessionRecord,
    { scopes, rejected, claims }: RenewalRequest,
    { failure, claims: heldClaims, retryAfterS }: HeldBack,
  ): Promise<string> {
    // Another demand than the one that failed is the API's to make of the user itself.
    const isOther = claims !== undefined && claimsKey(claims) !== heldClaims
    if (rejected !== undefined && failure?.reason === 'step_up' && isOther) return rejected
    if (failure) throw await renewal.problemFor(session, failure, { retryAfterS })
    const token = findToken(others(record, rejected), scopes)
    if (lasts(token, 0)) return token.accessToken
    if (rejected !== undefined) return rejected
    throw unavailable(undefined, retryAfterS)
  }

  async function obtain(session: Session, request: RenewalRequest): Promise<string> {
    const startedAt = performance.now()
    while (performance.now() - startedAt < lockMs) {
      const { token } = await fromRecord(session, request)
      if (token !== undefined) return token
      const release = await marks.lock(`refresh:${session.secrets.id}`, lockMs)
      if (release) {
        try {
          // Between the look and the lock somebody may have finished.
          const again = await fromRecord(session, request)
          return again.token ?? (await renewal.renew(session, again.record, request))
        } finally {
          await release().catch((error: unknown) =>
            log.warn({ err: error }, 'A lock stays until it expires'),
          )
        }
      }
      await sleep(lookAgainMs)
    }
    throw unavailable()
  }

  function shared(session: Session, request: RenewalRequest): Promise<string> {
    const { rejected, claims, scopes } = request
    const key = [session.secrets.id, rejected, claims, ...scopes].join(' ')
    const flight =
      underWay.get(key) ?? obtain(session, request).finally(() => void underWay.delete(key))
    underWay.set(key, flight)
    return flight
  }

  function renewBehind(session: Session, request: RenewalRequest): void {
    if (heldBack(session.tokenRequests, request.key, false, now())) return
    shared(session, request).catch((error: unknown) => {
      const code = error instanceof ProblemError ? error.code : 'internal'
      log.warn({ err: error, event: 'token_not_renewed', code }, 'A token was not replaced early')
    })
  }

  return {
    for: (session, scopes, refusal) => {
      const token = findToken(session.tokens, scopes)
      const usable = lasts(token, unusableBeforeMs) && token.accessToken !== refusal?.rejected
      if (usable && lasts(token, renewBeforeMs)) return token.accessToken
      const request = { scopes, key: scopeKey(scopes), ...refusal }
      if (!usable) return shared(session, request)
      renewBehind(session, request)
      return token.accessToken
    },
  }
}

/** The record's tokens without the one that an API has refused. */
function others(record: SessionRecord, rejected: string | undefined): GrantedToken[] {
  return record.tokens.filter(({ accessToken }) => accessToken !== rejected)
}

function isForced({ rejected }: RenewalRequest): boolean {
  return rejected !== undefined
}
