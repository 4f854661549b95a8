import { api } from '@gatehouse/shared/paths'
import type { Users } from '@gatehouse/shared/users'
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import { type ApiProblem, call } from '@gatehouse/react'
import { formatNumber } from '../../ui/format.ts'
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'

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
function usersUrl({ search, sort }: List, cursor: string | null): string {
  const query = new URLSearchParams({ top: String(pageSize), sort })
  if (search) query.set('search', search)
  if (cursor) query.set('cursor', cursor)
  return `${api.users}?${query}`
}

// Which users the page is about: all of it stands in the address bar, so that a link or a reload shows the same.

export type Sort = 'name' | '-name'

type List = { search: string; sort: Sort }

export type Place = List & { page: number }

/** Rows per page. */
export const pageSize = 25

/** Reads the query of the page. Whatever somebody typed there, the result is one that the API accepts. */
export function readPlace(query: URLSearchParams): Place {
  const page = query.get('page') ?? ''
  return {
    search: (query.get('q') ?? '').trim().slice(0, 100),
    sort: query.get('sort') === '-name' ? '-name' : 'name',
    page: /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1,
  }
}

/** The query of the page, without what goes without saying. */
export function writePlace({ search, sort, page }: Place): URLSearchParams {
  return new URLSearchParams({
    ...(search ? { q: search } : {}),
    ...(sort === 'name' ? {} : { sort }),
    ...(page === 1 ? {} : { page: String(page) }),
  })
}

/** How many pages there are, or undefined where nobody counted. */
export function pageCount(total: number | null): number | undefined {
  return total === null ? undefined : Math.max(1, Math.ceil(total / pageSize))
}

/** "26–50 of 1,204", "1–3", "0 of 0". */
export function rangeText(page: number, rows: number, total: number | null): string {
  const first = (page - 1) * pageSize + 1
  const range = rows ? `${formatNumber(first)}–${formatNumber(first + rows - 1)}` : '0'
  return total === null ? range : `${range} of ${formatNumber(total)}`
}

type Go = (change: Partial<Place>, how?: { replace?: boolean }) => void

/** Where in the list the address bar points, and how to go somewhere else. */
export function usePlace(): [Place, Go] {
  const [query, setQuery] = useSearchParams()
  const place = useMemo(() => readPlace(query), [query])
  const go = useCallback<Go>(
    (change, how) => {
      // A change of what is listed starts at the first page; `change.page` says otherwise.
      setQuery((current) => writePlace({ ...readPlace(current), page: 1, ...change }), how)
    },
    [setQuery],
  )
  return [place, go]
}
