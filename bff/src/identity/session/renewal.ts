/** One exchange of a session's refresh token: the answer is checked, matched to the user, and written. */
import type { FastifyBaseLogger } from 'fastify'
import {
  adviceFor,
  EntraError,
  interactionFor,
  usableClaims,
  type Entra,
  type TokenResponse,
  type Verified,
} from '../entra/index.ts'
import { findToken, grantedToken, withToken } from './granted-token.ts'
import type { Session } from './open-sessions.ts'
import type { SessionRecord } from './record.ts'
import type { Challenges } from './challenges.ts'
import { signInRequired, tryLater } from './refusals.ts'
import type { Sessions } from './sessions.ts'

export interface Renewal {
  /**
   * @param claims a claims request (JSON) that the new token has to meet
   * @returns the access token. @throws ProblemError
   */
  renew(
    session: Session,
    record: SessionRecord,
    scopes: readonly string[],
    claims?: string,
  ): Promise<string>
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

  async function assertSameUser(answer: TokenResponse, session: Session): Promise<void> {
    // An answer without an ID token is allowed (OpenID Connect Core §12.2).
    if (answer.idToken === undefined) return
    const { claims } = await verified(entra, answer)
    const { tenantId, objectId } = session.user
    if (claims.tid === tenantId && claims.oid === objectId) return
    // Whoever this token is for, it is not the person at this browser.
    log.error({ event: 'refresh_of_another_user' }, 'A refresh was answered for another user')
    await sessions.end(session.secrets.id)
    throw signInRequired()
  }

  async function refresh(
    session: Session,
    refreshToken: string,
    scopes: readonly string[],
    claims: string | undefined,
  ): Promise<TokenResponse> {
    try {
      return await entra.refresh(refreshToken, scopes, claims)
    } catch (error) {
      if (!(error instanceof EntraError)) throw error
      const reason = interactionFor(error)
      if (!reason) {
        logRefusal(log, error)
        throw tryLater(error)
      }
      throw await challenges.demand(session, {
        reason,
        cause: error,
        // What Entra asks for counts more than what the API asked Entra for.
        ...(reason === 'step_up' && { claims: usableClaims(error.claims) ?? claims }),
        ...(reason === 'consent' && { scopes }),
      })
    }
  }

  return {
    renew: async (session, { refreshToken }, scopes, claims) => {
      if (!refreshToken) throw await challenges.demand(session, { reason: 'session_expired' })
      const answer = await refresh(session, refreshToken, scopes, claims)
      await assertSameUser(answer, session)
      const token = grantedToken(answer, scopes, now())
      const written = await sessions.update(session, (record) =>
        withToken(record, token, answer.refreshToken, now()),
      )
      // A sign-out counts for the requests that were under way as well.
      if (!written) throw signInRequired()
      // Entra may grant less than was asked for; the rest is the user's to consent to.
      if (!findToken([token], scopes)) {
        throw await challenges.demand(session, { reason: 'consent', scopes })
      }
      return token.accessToken
    },
  }
}

/** What the user cannot mend and another attempt will not: the operator's, in words. */
function logRefusal(log: FastifyBaseLogger, error: EntraError): void {
  if (error.code !== 'entra_refused') return
  const { aadsts, oauthError } = error
  const fields = { event: 'refresh_refused', aadsts, oauthError, advice: adviceFor(error) }
  log.error(fields, 'Entra refused to renew a token')
}

/** An answer that fails a check says nothing about the user: it may be right the next time. */
async function verified(entra: Entra, answer: TokenResponse): Promise<Verified> {
  try {
    return await entra.verify(answer.idToken, answer)
  } catch (error) {
    throw error instanceof EntraError ? tryLater(error) : error
  }
}
