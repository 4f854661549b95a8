/** Which users the page is about: all of it stands in the address bar, so that a link or a reload shows the same. */

import { formatNumber } from '../../ui/format-number.ts'

export type Sort = 'name' | '-name'

export type List = { search: string; sort: Sort }

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
