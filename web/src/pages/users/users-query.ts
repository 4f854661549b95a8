import { api } from '@gatehouse/shared/paths'
import type { Users } from '@gatehouse/shared/users'
import { keepPreviousData, queryOptions, type QueryClient } from '@tanstack/react-query'
import type { ApiProblem } from '../../api/api-problem.ts'
import { call } from '../../api/call.ts'
import { pageSize, type List } from './list.ts'

/** One page of users, and which one it is: not the page that was asked for, if the list is shorter. */
export type UsersPage = Users & { page: number }

/** A link to a page further in than this starts at page 1: getting there would take too many requests. */
const furthestWalk = 40

/** A page of the list, for the cache. */
export function usersPage(list: List, page: number) {
  return queryOptions<UsersPage, ApiProblem>({
    queryKey: usersKey(list, page),
    queryFn: ({ client, signal }) => walkTo(client, list, page, signal),
    placeholderData: keepPreviousData,
    gcTime: 30 * 60_000,
  })
}

/**
 * The API knows the first page and "the next after this one", so the way to page 3 leads through the
 * pages before it. Those are in the cache as a rule, and serve as the stack of cursors.
 */
async function walkTo(
  client: QueryClient,
  list: List,
  page: number,
  signal: AbortSignal,
): Promise<UsersPage> {
  if (page === 1) return fetchPage(list, 1, null, signal)
  const far = page > furthestWalk && !client.getQueryData(usersKey(list, page - 1))
  const before = await client.ensureQueryData({
    ...usersPage(list, far ? 1 : page - 1),
    // Its own failure is tried again with this page, and not as well as it.
    retry: false,
  })
  const reached = !far && before.page === page - 1
  return reached && before.next ? fetchPage(list, page, before.next, signal) : before
}

/**
 * Whether the way to a page is lost: the server no longer takes a cursor that it gave earlier. The
 * first page has none, and is the place to start again from.
 */
export function isOldCursor(error: ApiProblem | null, page: number): boolean {
  return error?.code === 'invalid_request' && page > 1
}

/** Forgets every page of every list, and with them all cursors. */
export function forgetPages(client: QueryClient): void {
  client.removeQueries({ queryKey: ['api', api.users] })
}

function usersKey({ search, sort }: List, page: number) {
  return ['api', api.users, search, sort, page]
}

async function fetchPage(
  list: List,
  page: number,
  cursor: string | null,
  signal: AbortSignal,
): Promise<UsersPage> {
  const users = await call<Users>(usersUrl(list, cursor), { signal })
  return { ...users, page }
}

/** The address of one page of the API. */
export function usersUrl({ search, sort }: List, cursor: string | null): string {
  const query = new URLSearchParams({ top: String(pageSize), sort })
  if (search) query.set('search', search)
  if (cursor) query.set('cursor', cursor)
  return `${api.users}?${query}`
}
