/** `/api/session`: is anybody signed in, and until when. The one API that answers everyone. */
import type { Session as SessionAnswer } from '@gatehouse/contract/session'
import { absoluteEnd, sessionEnd, type Lifetimes } from './lifetime.ts'
import type { Session } from './sessions.ts'

/** Asking never extends the session, so a page may poll. */
export function sessionStatus(
  session: Session | undefined,
  localTenant: boolean,
  lifetimes: Lifetimes,
  now: number,
): SessionAnswer {
  if (!session) return { signedIn: false, now: iso(now) }
  const { name, username, objectId, tenantId, roles } = session.user
  return {
    signedIn: true,
    user: { name, username, objectId, roles },
    tenantId,
    localTenant,
    startedAt: iso(session.startedAt),
    expiresAt: iso(sessionEnd(session, lifetimes)),
    absoluteExpiresAt: iso(absoluteEnd(session, lifetimes)),
    now: iso(now),
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
