/**
 * What Microsoft or an API asks of the user before a request can go on. It stays on the server, in the
 * session's record. The browser gets its id alone, which means nothing in another session.
 */
import { createHash } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { signInUrl } from '@gatehouse/contract/paths'
import type { InteractionReason } from '@gatehouse/contract/problem'
import { parseClaimsRequest } from '../entra/index.ts'
import { ProblemError, signInRequired } from '../errors.ts'
import type { Session } from './cache.ts'
import type { Challenge, UserKey } from './record.ts'
import type { Sessions } from './sessions.ts'

/** What the user has to be asked for, and why. */
export interface ChallengeRequest {
  reason: InteractionReason
  /** A claims request (OpenID Connect Core §5.5) as JSON, from a claims challenge. */
  claims?: string | undefined
  /** Permissions to consent to. */
  scopes?: readonly string[] | undefined
  /** With `consent`: only an administrator can give it. */
  adminConsent?: true | undefined
  cause?: unknown
}

/** Different challenges that one session keeps. Pages that ask in turn need two or three. */
const maxKept = 4

export class Challenges {
  readonly #sessions: Sessions
  readonly #log: FastifyBaseLogger
  readonly #userLogId: (user: UserKey) => string
  /** One write per challenge at a time. */
  readonly #writing = new Map<string, Promise<void>>()

  constructor(sessions: Sessions, log: FastifyBaseLogger, userLogId: (user: UserKey) => string) {
    this.#sessions = sessions
    this.#log = log
    this.#userLogId = userLogId
  }

  /**
   * Keeps a challenge and makes the error that names it: 401 `interaction_required`.
   *
   * @throws ProblemError `sign_in_required` if the session ended. @throws StoreError
   */
  async challenge(session: Session, request: ChallengeRequest): Promise<ProblemError> {
    const { reason, scopes, adminConsent, cause } = request
    const claims = parseClaimsRequest(request.claims)
    const requested = {
      reason,
      ...(claims !== undefined && { claims }),
      ...(scopes?.length && { scopes: [...scopes] }),
      ...(adminConsent && { adminConsent }),
    }
    const challenge = { id: idOf(requested), ...requested }
    const key = `${session.secrets.id} ${challenge.id}`
    const writing =
      this.#writing.get(key) ??
      this.#keep(session, challenge).finally(() => void this.#writing.delete(key))
    this.#writing.set(key, writing)
    await writing
    return interactionRequired(challenge, cause)
  }

  async #keep(session: Session, challenge: Challenge): Promise<void> {
    if (session.challenges.some(({ id }) => id === challenge.id)) return
    const { reason } = challenge
    const userHash = this.#userLogId(session.user)
    this.#log.info({ event: 'interaction_required', reason, userHash }, 'Microsoft asks first')
    const written = await this.#sessions.update(session, (record) => {
      const others = (record.challenges ?? []).filter(({ id }) => id !== challenge.id)
      return { ...record, challenges: [challenge, ...others].slice(0, maxKept) }
    })
    if (!written) throw signInRequired()
  }
}

/** The same request has the same id, so a hundred requests that meet it write it once. */
function idOf(requested: Omit<Challenge, 'id'>): string {
  return createHash('sha256').update(JSON.stringify(requested)).digest('base64url').slice(0, 16)
}

const details: Record<InteractionReason, string> = {
  consent: 'A permission has to be granted first.',
  step_up: 'Microsoft asks for another proof of who you are.',
  session_expired: 'Microsoft wants you to sign in again.',
}

function interactionRequired(challenge: Challenge, cause: unknown): ProblemError {
  const { id, reason, scopes, adminConsent } = challenge
  return new ProblemError('interaction_required', details[reason], {
    cause,
    reason,
    signInUrl: signInUrl('/', { challenge: id }),
    ...(reason === 'consent' && scopes && { scopes }),
    ...(adminConsent && { adminConsent }),
  })
}
