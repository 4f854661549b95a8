import { queryOptions, type QueryClient, type QueryFilters } from '@tanstack/react-query'
import { api } from '@gatehouse/shared/paths'
import type { Session } from '@gatehouse/shared/session'
import type { ApiProblem } from '../api/api-problem.ts'
import { call } from '../api/call.ts'

const key = ['session'] as const

/** The one source of truth for who is signed in. */
export const sessionQuery = queryOptions<Session, ApiProblem>({
  queryKey: key,
  queryFn: async ({ client, signal }) => {
    const session = await call<Session>(api.session, { signal })
    forgetOthers(client, session)
    return session
  },
  // Many parts of one page ask at once, and only what a person comes back to can have changed meanwhile.
  staleTime: 30_000,
  refetchOnWindowFocus: 'always',
})

/** Makes `session` the truth, for instance after it was extended. */
export function setSession(client: QueryClient, session: Session): void {
  forgetOthers(client, session)
  client.setQueryData(key, session)
}

/**
 * The server said that nobody is signed in. The truth is set and not asked for again: a question on
 * every 401 would be answered by the next 401, for ever.
 */
export function setSignedOut(client: QueryClient): void {
  const known = client.getQueryData<Session>(key)
  if (known?.signedIn === false) return
  setSession(client, { signedIn: false, now: known?.now ?? new Date().toISOString() })
}

/**
 * No answer that was meant for one person is left for the next one. When nobody is next, the pages have
 * to go first: a page that is still there would ask again for what it misses. See `useForgetting`.
 */
function forgetOthers(client: QueryClient, next: Session): void {
  if (!next.signedIn || person(client.getQueryData<Session>(key)) === person(next)) return
  client.removeQueries(others)
}

/** Everything in the cache but the session. */
export const others: QueryFilters = { predicate: (query) => query.queryKey[0] !== key[0] }

/** Who a session belongs to: the tenant and the object id together are a user's key. */
export function person(session: Session | undefined): string {
  return session?.signedIn ? `${session.organisation.tenantId}/${session.user.objectId}` : ''
}
