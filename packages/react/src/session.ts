import {
  type QueryClient,
  type QueryFilters,
  queryOptions,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { api } from '@gatehouse/contract/paths'
import type { Session, SignedIn } from '@gatehouse/contract/session'
import { type ApiProblem, call } from './call.ts'
import { setServerClock } from './server-clock.ts'
import { createContext, useContext, useEffect } from 'react'

const key = ['session'] as const

/**
 * How a session went that this page has shown. `ended`: by itself, or elsewhere; it is asked for again
 * at once. `leaving`: signed out here, and on the way to Microsoft. `signed-out`: by a person, on purpose.
 */
export type Gone = 'ended' | 'leaving' | 'signed-out'

/** What the server says, and for the signed-out what this page knows about it. */
export type KnownSession = SignedIn | { signedIn: false; now: string; gone?: Gone | undefined }

/** The one source of truth for who is signed in. */
export const sessionQuery = queryOptions<KnownSession, ApiProblem>({
  queryKey: key,
  queryFn: async ({ client, signal }) => {
    const session = await call<Session>(api.session, { signal })
    signal.throwIfAborted()
    setServerClock(session.now)
    forgetOthers(client, session)
    return session.signedIn ? session : { ...session, gone: howGone(client) }
  },
  // Many parts of one page ask at once, and only what a person comes back to can have changed meanwhile.
  staleTime: 30_000,
  refetchOnWindowFocus: 'always',
})

/** Asks the server. It never extends a session, and an answer that was under way before counts no more. */
export async function askAgain(client: QueryClient): Promise<void> {
  await client.cancelQueries(sessionQuery)
  await client.refetchQueries(sessionQuery)
}

/** Makes `session` the truth, for instance after it was extended. Who was asked before comes too late. */
export function setSession(client: QueryClient, session: KnownSession): void {
  void client.cancelQueries(sessionQuery)
  forgetOthers(client, session)
  client.setQueryData(key, session)
}

/**
 * The server said that nobody is signed in. The truth is set and not asked for again: a question on
 * every 401 would be answered by the next 401, for ever.
 */
export function setSignedOut(client: QueryClient, gone: Gone): void {
  const known = client.getQueryData(sessionQuery.queryKey)
  if (known?.signedIn) setSession(client, { signedIn: false, now: known.now, gone })
}

/** A page that was loaded signed out has lost nothing. */
function howGone(client: QueryClient): Gone | undefined {
  const known = client.getQueryData(sessionQuery.queryKey)
  if (known?.signedIn) return 'ended'
  return known?.gone === 'leaving' ? 'signed-out' : known?.gone
}

/**
 * No answer that was meant for one session is left for the next one, and none that is under way arrives
 * there. When nobody is next, the pages have to go first: a page that is still there would ask again
 * for what it misses. See `useForgetting`.
 */
function forgetOthers(client: QueryClient, next: KnownSession): void {
  if (!next.signedIn || knownIdentity(client) === identity(next)) return
  client.removeQueries(others)
}

/** Everything in the cache but the session. */
const others: QueryFilters = { predicate: (query) => query.queryKey[0] !== key[0] }

/**
 * Which session it is: the tenant and the object id together are a user's key, and a user who signs in
 * again has another session.
 */
export function identity(session: KnownSession | undefined): string {
  if (!session?.signedIn) return ''
  return `${session.tenantId}/${session.user.objectId}/${session.startedAt}`
}

/** The identity of the session that this page shows now. */
export function knownIdentity(client: QueryClient): string {
  return identity(client.getQueryData(sessionQuery.queryKey))
}

/** The session's state: `data` is undefined while it is not known yet. */
export function useSession() {
  return useQuery(sessionQuery)
}

export const SignedInContext = createContext<SignedIn | undefined>(undefined)

/**
 * Who is signed in, on a protected page: `name` and `username` to show, `objectId` as the key.
 *
 * @throws on a page that `router.tsx` does not list as protected: there may be nobody
 */
export function useUser(): SignedIn['user'] {
  const session = useContext(SignedInContext)
  if (!session) throw new Error('useUser is for pages that router.tsx marks as protected.')
  return session.user
}

/** Empties the cache once nobody is signed in and the protected pages are gone from the screen. */
export function useForgetting(): void {
  const client = useQueryClient()
  const signedOut = useSession().data?.signedIn === false
  useEffect(() => {
    if (!signedOut) return
    client.removeQueries(others)
    client.getMutationCache().clear()
  }, [client, signedOut])
}
