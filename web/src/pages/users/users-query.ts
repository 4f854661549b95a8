import { useCallback, useMemo } from 'react'
import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { type ApiProblem, call, pageSentAt, sentWithPage } from '@gatehouse/react'
import { api } from '@gatehouse/shared/paths'
import type { Users } from '@gatehouse/shared/users'
import {
  type List,
  type ListParams,
  pageSize,
  readListParams,
  usersAddress,
} from '@gatehouse/shared/users-list'
import { formatNumber } from '../../ui/format.ts'
import { words } from './words.ts'

export type Navigate = (
  change: Partial<ListParams>,
  options?: { replace?: boolean; state?: unknown },
) => void

/** The parameters in the address bar, and a function that changes them. */
export function useListParams(): [ListParams, Navigate] {
  const [query, setQuery] = useSearchParams()
  const params = useMemo(() => readListParams(query), [query])
  const navigate = useCallback<Navigate>(
    (change, options) => {
      // A change of the list starts at page 1, unless `change` has a page, and closes the panel.
      setQuery((current) => {
        const { search, sort } = readListParams(current)
        return writeListParams({ search, sort, page: 1, ...change })
      }, options)
    },
    [setQuery],
  )
  return [params, navigate]
}

/** The query of the page, without the defaults. */
export function writeListParams({ search, sort, page, user }: ListParams): URLSearchParams {
  return new URLSearchParams({
    ...(search ? { q: search } : {}),
    ...(sort === 'name' ? {} : { sort }),
    ...(page === 1 ? {} : { page: String(page) }),
    ...(user ? { user } : {}),
  })
}

/** One page of users, and its number: not the requested one, if the list is shorter. */
export type UsersPage = Users & { page: number }

/** A link to a later page than this starts at page 1: it would take too many requests. */
const maxPagesToWalk = 40

/** The query for a page of the list. */
export function usersPage(list: List, page: number) {
  return queryOptions<UsersPage, ApiProblem>({
    queryKey: usersKey(list, page),
    queryFn: ({ client, signal }) => fetchPage(client, list, page, signal),
    initialData: () => (page === 1 ? firstPageSent(list) : undefined),
    initialDataUpdatedAt: pageSentAt,
    placeholderData: keepPreviousData,
    gcTime: 30 * 60_000,
  })
}

function firstPageSent(list: List): UsersPage | undefined {
  const users = sentWithPage(usersAddress(list, null)) as Users | undefined
  return users && { ...users, page: 1 }
}

/**
 * Fetches a page, and the pages before it if the cache does not have them: the API offers the first page
 * and the next one after a cursor. The cached pages serve as the stack of cursors.
 */
async function fetchPage(
  client: QueryClient,
  list: List,
  page: number,
  signal: AbortSignal,
): Promise<UsersPage> {
  if (page === 1) return requestPage(list, 1, null, signal)
  const tooFar = page > maxPagesToWalk && !client.getQueryData(usersKey(list, page - 1))
  const previous = await client.ensureQueryData({
    ...usersPage(list, tooFar ? 1 : page - 1),
    // No retry of its own: the retry of this page includes it.
    retry: false,
  })
  const reached = !tooFar && previous.page === page - 1
  return reached && previous.next ? requestPage(list, page, previous.next, signal) : previous
}

/** Whether the server no longer accepts the cursor of a page. The first page has no cursor. */
export function isStaleCursor(error: ApiProblem | null, page: number): boolean {
  return error?.code === 'invalid_request' && page > 1
}

/** Removes all pages of all lists from the cache, and with them the cursors. */
export function forgetPages(client: QueryClient): void {
  client.removeQueries({ queryKey: ['api', api.users] })
}

function usersKey({ search, sort }: List, page: number) {
  return ['api', api.users, search, sort, page]
}

async function requestPage(
  list: List,
  page: number,
  cursor: string | null,
  signal: AbortSignal,
): Promise<UsersPage> {
  const users = await call<Users>(usersAddress(list, cursor), { signal })
  return { ...users, page }
}

/** The number of pages; undefined if Graph did not count the users. */
export function pageCount(total: number | null): number | undefined {
  return total === null ? undefined : Math.max(1, Math.ceil(total / pageSize))
}

/** "26–50 of 1,204", "1–3"; empty without rows. @param spoken for a screen reader: "26 to 50 of 1,204" */
export function rangeText(
  page: number,
  rows: number,
  total: number | null,
  spoken = false,
): string {
  if (!rows) return ''
  const first = (page - 1) * pageSize + 1
  const ends = [formatNumber(first), formatNumber(first + rows - 1)] as const
  const range = spoken ? words.rangeSpoken(...ends) : words.range(...ends)
  return total === null ? range : words.rangeOf(range, formatNumber(total))
}
