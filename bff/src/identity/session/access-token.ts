/** An access token for the signed-in user: the one in memory while it lasts, else a fresh one from Entra. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Marks } from '../store/store.ts'
import { ProblemError } from '../../problem.ts'
import { findToken } from './granted-token.ts'
import type { Session } from './open-sessions.ts'
import type { GrantedToken } from './record.ts'
import { signInRequired, tryLater } from './refusals.ts'
import type { Renewal } from './renewal.ts'
import type { Sessions } from './sessions.ts'

/** From this long before its end a token is replaced, while it still works (milliseconds). */
const renewBeforeMs = 3 * 60_000
/** A token that ends sooner than this may end on its way to the API. */
const unusableBeforeMs = 20_000
/** After a failed attempt to replace a token that still works, the next one waits. */
const coolDownMs = 10_000
/** One exchange with Entra takes eight seconds at most; a crashed instance must not block for longer. */
const lockMs = 12_000
const lookAgainMs = 40
/** What Entra has just said no to, it is not asked again: a page asks many times (AADSTS50196). */
const askAgainMs = 5_000

export interface AccessTokens {
  /**
   * @param scopes what the token has to allow
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
  const failedAt = new WeakMap<Session, number>()
  /** The last no of each session: to which question, and when. */
  const refusals = new WeakMap<Session, { key: string; at: number; problem: ProblemError }>()

  const lasts = (token: GrantedToken | undefined, ms: number): token is GrantedToken =>
    token !== undefined && token.expiresAt - now() > ms

  /** A fresh token out of the record: another request or instance may have fetched it. */
  async function fromRecord(session: Session, scopes: readonly string[], rejected?: string) {
    const record = await sessions.record(session)
    if (!record) throw signInRequired()
    const others = record.tokens.filter(({ accessToken }) => accessToken !== rejected)
    const token = findToken(others, scopes)
    if (lasts(token, renewBeforeMs)) session.tokens = record.tokens
    return { record, token: lasts(token, renewBeforeMs) ? token : undefined }
  }

  async function obtain(
    session: Session,
    scopes: readonly string[],
    { rejected, claims }: Partial<TokenRefusal>,
  ): Promise<string> {
    const startedAt = performance.now()
    while (performance.now() - startedAt < lockMs) {
      const { token } = await fromRecord(session, scopes, rejected)
      if (token) return token.accessToken
      const release = await marks.lock(`refresh:${session.secrets.id}`, lockMs)
      if (release) {
        try {
          // Between the look and the lock somebody may have finished.
          const again = await fromRecord(session, scopes, rejected)
          return (
            again.token?.accessToken ?? (await renewal.renew(session, again.record, scopes, claims))
          )
        } finally {
          await release().catch((error: unknown) =>
            log.warn({ err: error }, 'A lock stays until it expires'),
          )
        }
      }
      await sleep(lookAgainMs)
    }
    throw tryLater()
  }

  async function obtainOnce(
    session: Session,
    scopes: readonly string[],
    refusal: Partial<TokenRefusal>,
    key: string,
  ): Promise<string> {
    const last = refusals.get(session)
    if (last?.key === key && Math.abs(now() - last.at) < askAgainMs) throw last.problem
    try {
      return await obtain(session, scopes, refusal)
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'interaction_required') {
        refusals.set(session, { key, at: now(), problem: error })
      }
      throw error
    }
  }

  function shared(
    session: Session,
    scopes: readonly string[],
    refusal: Partial<TokenRefusal> = {},
  ): Promise<string> {
    const key = [session.secrets.id, refusal.rejected, refusal.claims, ...scopes].join(' ')
    const flight =
      underWay.get(key) ??
      obtainOnce(session, scopes, refusal, key).finally(() => void underWay.delete(key))
    underWay.set(key, flight)
    return flight
  }

  function renewBehind(session: Session, scopes: readonly string[]): void {
    const failed = failedAt.get(session)
    if (failed !== undefined && Math.abs(now() - failed) < coolDownMs) return
    shared(session, scopes).catch((error: unknown) => {
      failedAt.set(session, now())
      const code = error instanceof ProblemError ? error.code : 'internal'
      log.warn({ err: error, event: 'token_not_renewed', code }, 'A token was not replaced early')
    })
  }

  return {
    for: (session, scopes, refusal) => {
      const token = findToken(session.tokens, scopes)
      if (!lasts(token, unusableBeforeMs)) return shared(session, scopes, refusal)
      if (token.accessToken === refusal?.rejected) return shared(session, scopes, refusal)
      if (!lasts(token, renewBeforeMs)) renewBehind(session, scopes)
      return token.accessToken
    },
  }
}
