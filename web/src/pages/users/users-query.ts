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
  const users = sentWithPage(usersAddress(list)) as Users | undefined
  return users && { ...users, page: 1 }
}

/** Fetches a page by the cursor of the one before it, or by its number. */
async function fetchPage(
  client: QueryClient,
  list: List,
  page: number,
  signal: AbortSignal,
): Promise<UsersPage> {
  const known = (at: number) => client.getQueryData<UsersPage>(usersKey(list, at))
  const before = page === 1 ? undefined : known(page - 1)
  const cursor = before?.page === page - 1 ? before.next : null
  const place = cursor ? { cursor } : { page, cursor: known(page + 1)?.next ?? undefined }
  const users = await call<Users>(usersAddress(list, page === 1 ? {} : place), { signal })
  return { ...users, page: Math.min(page, pageCount(users.total) ?? page) }
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
