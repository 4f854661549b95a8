/** An access token for the signed-in user: the kept one while it lasts, else a fresh one from Entra. */
import { EntraError, type Entra, type TokenResponse } from '../entra/index.ts'
import { signInUrl } from '@gatehouse/shared/paths'
import { ProblemError } from '../../problem.ts'
import type { GrantedToken, SessionRecord } from './record.ts'
import type { Session, Sessions } from './sessions.ts'

/** A token that ends sooner than this may end on its way to the API, milliseconds. */
const marginMs = 2 * 60_000

export interface AccessTokens {
  /**
   * @param scopes what the token has to allow
   * @throws ProblemError `interaction_required` where Entra wants to see the user again,
   * `unavailable` where it does not answer
   */
  for(session: Session, scopes: readonly string[]): Promise<string>
}

export function createAccessTokens(
  entra: Entra,
  sessions: Sessions,
  now: () => number,
): AccessTokens {
  /** One refresh per session and set of scopes at a time: the others wait for its answer. */
  const underWay = new Map<string, Promise<string>>()

  async function refresh(session: Session, scopes: readonly string[]): Promise<string> {
    const { refreshToken } = session.record
    if (!refreshToken) throw interactionRequired()
    const answer = await exchange(() => entra.refresh(refreshToken, scopes))
    await assertSameUser(answer, session)
    const token = grantedToken(answer, scopes, now())
    const kept = await sessions.update(session, (record) =>
      withToken(record, token, answer.refreshToken),
    )
    if (!kept) throw signedOutMeanwhile()
    return token.accessToken
  }

  async function assertSameUser(answer: TokenResponse, session: Session): Promise<void> {
    if (answer.idToken === undefined) return
    const { claims } = await exchange(() => entra.verify(answer.idToken, answer))
    const { tid, oid } = session.record.claims
    if (claims.tid === tid && claims.oid === oid) return
    // Whoever this token is for, it is not the person at this browser.
    await sessions.end(session)
    throw interactionRequired()
  }

  return {
    for: (session, scopes) => {
      const kept = session.record.tokens.find(
        (token) => token.expiresAt - marginMs > now() && covers(token.scopes, scopes),
      )
      if (kept) return Promise.resolve(kept.accessToken)
      const key = JSON.stringify([session.secrets.id, ...scopes])
      const shared =
        underWay.get(key) ?? refresh(session, scopes).finally(() => underWay.delete(key))
      underWay.set(key, shared)
      return shared
    },
  }
}

async function exchange<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EntraError && needsUser(error)) throw interactionRequired(error)
    throw new ProblemError('unavailable', 'Microsoft did not answer. Try again in a moment.', {
      cause: error,
      retryAfterS: 5,
    })
  }
}

/** Only these two end or interrupt a session; whatever else Entra says may pass. */
function needsUser(error: EntraError): boolean {
  return error.oauthError === 'invalid_grant' || error.oauthError === 'interaction_required'
}

function interactionRequired(cause?: EntraError): ProblemError {
  const consent = cause?.suberror === 'consent_required' || cause?.aadsts === 65001
  return new ProblemError('interaction_required', 'Microsoft has to ask you something first.', {
    reason: consent ? 'consent' : 'session_expired',
    signInUrl: signInUrl('/'),
    ...(cause && { cause }),
  })
}

/** A sign-out counts for the requests that were under way as well. */
function signedOutMeanwhile(): ProblemError {
  return new ProblemError('sign_in_required', 'Sign in to see this.')
}

/** The token of an answer, as it is kept. What was not said to be granted counts as asked. */
export function grantedToken(
  answer: TokenResponse,
  asked: readonly string[],
  now: number,
): GrantedToken {
  return {
    scopes: answer.scopes.length > 0 ? answer.scopes : [...asked],
    accessToken: answer.accessToken,
    expiresAt: now + answer.expiresInS * 1000,
  }
}

function withToken(
  record: SessionRecord,
  token: GrantedToken,
  refreshToken: string | undefined,
): SessionRecord {
  const others = record.tokens.filter((kept) => !covers(token.scopes, kept.scopes))
  return { ...record, tokens: [...others, token], ...(refreshToken && { refreshToken }) }
}

/** Graph answers with scopes spelled in full or in short, and in its own case. */
function covers(granted: readonly string[], asked: readonly string[]): boolean {
  const have = new Set(granted.map(shortScope))
  return asked.every((scope) => have.has(shortScope(scope)))
}

function shortScope(scope: string): string {
  return scope.toLowerCase().replace(/^https:\/\/graph\.microsoft\.com\//, '')
}
