/**
 * What Microsoft or an API asks of the user before it goes on. It stays on the server, in the session's
 * record; the browser gets its name alone, which means nothing to anybody else's session.
 */
import { createHash } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { signInUrl } from '@gatehouse/contract/paths'
import type { InteractionReason } from '@gatehouse/contract/problem'
import { ProblemError, signInRequired } from '../errors.ts'
import { parseClaimsRequest } from '../entra/index.ts'
import type { Session } from './cache.ts'
import type { Challenge } from './record.ts'
import type { Sessions } from './sessions.ts'

/** What has to be asked for, and why. */
export interface Demand {
  reason: InteractionReason
  /** A claims request (OpenID Connect Core §5.5) as JSON, from a claims challenge. */
  claims?: string | undefined
  /** Permissions that are to be consented to. */
  scopes?: readonly string[] | undefined
  cause?: unknown
}

export interface Challenges {
  /**
   * Keeps a demand and makes the answer that names it: 401 `interaction_required`.
   *
   * @throws ProblemError `sign_in_required` where the session ended. @throws StoreError
   */
  demand(session: Session, demand: Demand): Promise<ProblemError>
}

/** Different demands that one session can have open. Pages that ask in turn need two or three. */
const maxOpen = 4

export function createChallenges(
  sessions: Sessions,
  log: FastifyBaseLogger,
  whoIs: (session: Session) => string,
): Challenges {
  const underWay = new Map<string, Promise<void>>()

  async function keep(session: Session, challenge: Challenge): Promise<void> {
    if (session.challenges.some(({ id }) => id === challenge.id)) return
    const { reason } = challenge
    log.info({ event: 'interaction_required', reason, who: whoIs(session) }, 'Microsoft asks first')
    const written = await sessions.update(session, (record) => ({
      ...record,
      challenges: [
        challenge,
        ...(record.challenges ?? []).filter(({ id }) => id !== challenge.id),
      ].slice(0, maxOpen),
    }))
    if (!written) throw signInRequired()
  }

  return {
    demand: async (session, { reason, claims, scopes, cause }) => {
      const usable = parseClaimsRequest(claims)
      const asked = {
        reason,
        ...(usable !== undefined && { claims: usable }),
        ...(scopes?.length && { scopes: [...scopes] }),
      }
      const id = nameOf(asked)
      const key = `${session.secrets.id} ${id}`
      const kept =
        underWay.get(key) ??
        keep(session, { id, ...asked }).finally(() => void underWay.delete(key))
      underWay.set(key, kept)
      await kept
      return interactionRequired(id, asked, cause)
    },
  }
}

/** The same demand has the same name: a hundred requests that meet it write it down once. */
function nameOf(asked: Omit<Challenge, 'id'>): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 16)
}

const words: Record<InteractionReason, string> = {
  consent: 'A permission has to be granted first.',
  step_up: 'Microsoft asks for another proof of who you are.',
  session_expired: 'Microsoft wants you to sign in again.',
}

function interactionRequired(
  id: string,
  { reason, scopes }: Omit<Challenge, 'id'>,
  cause: unknown,
): ProblemError {
  return new ProblemError('interaction_required', words[reason], {
    cause,
    reason,
    signInUrl: signInUrl('/', { challenge: id }),
    ...(reason === 'consent' && scopes && { scopes }),
  })
}
