/** Which users the page of users shows: what its address says, and the address of the API that has them. */
import { api } from './paths.ts'

export type Sort = 'name' | '-name'

export type List = { search: string; sort: Sort }

/** The address bar holds all of it, so that a link or a reload shows the same. */
export type ListParams = List & {
  page: number
  /** The object id of the person whose panel is open. */
  user?: string | undefined
}

/** Rows per page. */
export const pageSize = 25

/** Reads the parameters from the page's query. The API accepts the result, whatever a link holds. */
export function readListParams(query: URLSearchParams): ListParams {
  const page = query.get('page') ?? ''
  const user = query.get('user') ?? ''
  return {
    search: (query.get('q') ?? '').trim().slice(0, 100),
    sort: query.get('sort') === '-name' ? '-name' : 'name',
    page: /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1,
    ...(/^[\w-]{1,64}$/.test(user) && { user }),
  }
}

/** A page of the API: the first one, the one that a cursor leads to, or one by its number. */
type Place = { page?: number; cursor?: string | undefined }

/** The address of one page of the API. A cursor near a page that is named by its number helps to find it. */
export function usersAddress({ search, sort }: List, { page, cursor }: Place = {}): string {
  const query = new URLSearchParams({ top: String(pageSize), sort })
  if (search) query.set('search', search)
  if (page !== undefined) query.set('page', String(page))
  if (cursor) query.set('cursor', cursor)
  return `${api.users}?${query.toString()}`
}
