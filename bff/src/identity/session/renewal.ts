/** One exchange of a session's refresh token: the answer is checked, matched to the user, and written. */
import type { FastifyBaseLogger } from 'fastify'
import { EntraError, type Entra, type TokenResponse } from '../entra/index.ts'
import { findToken, grantedToken, withToken } from './granted-token.ts'
import type { Session } from './open-sessions.ts'
import type { SessionRecord } from './record.ts'
import { interactionRequired, signInRequired, tryLater } from './refusals.ts'
import type { Sessions } from './sessions.ts'

export interface Renewal {
  /** @returns the access token. @throws ProblemError */
  renew(session: Session, record: SessionRecord, scopes: readonly string[]): Promise<string>
}

export function createRenewal(
  entra: Entra,
  sessions: Sessions,
  log: FastifyBaseLogger,
  now: () => number,
): Renewal {
  async function assertSameUser(answer: TokenResponse, session: Session): Promise<void> {
    // An answer without an ID token is allowed (OpenID Connect Core §12.2).
    if (answer.idToken === undefined) return
    const { claims } = await exchange(() => entra.verify(answer.idToken, answer))
    const { tenantId, objectId } = session.user
    if (claims.tid === tenantId && claims.oid === objectId) return
    // Whoever this token is for, it is not the person at this browser.
    log.error({ event: 'refresh_of_another_user' }, 'A refresh was answered for another user')
    await sessions.end(session.secrets.id)
    throw interactionRequired('session_expired')
  }

  return {
    renew: async (session, { refreshToken }, scopes) => {
      if (!refreshToken) throw interactionRequired('session_expired')
      const answer = await exchange(() => entra.refresh(refreshToken, scopes))
      await assertSameUser(answer, session)
      const token = grantedToken(answer, scopes, now())
      const written = await sessions.update(session, (record) =>
        withToken(record, token, answer.refreshToken, now()),
      )
      // A sign-out counts for the requests that were under way as well.
      if (!written) throw signInRequired()
      // Entra may grant less than was asked for; the rest is the user's to consent to.
      if (!findToken([token], scopes)) throw interactionRequired('consent')
      return token.accessToken
    },
  }
}

/** Only these end or interrupt a session; whatever else Entra says may pass. */
async function exchange<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    const needsUser =
      error.oauthError === 'invalid_grant' || error.oauthError === 'interaction_required'
    throw needsUser ? interactionRequired(reasonOf(error), error) : tryLater(error)
  }
}

function reasonOf({ suberror, aadsts }: EntraError): 'consent' | 'session_expired' {
  return suberror === 'consent_required' || aadsts === 65001 ? 'consent' : 'session_expired'
}
