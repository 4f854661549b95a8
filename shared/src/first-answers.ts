/** What each page asks the API first, by its path: the server sends the answers with the page. */
import { api, pages } from './paths.ts'
import { readListParams, usersAddress } from './users-list.ts'

/** The menu of the account, on every page. */
const account = [api.organisation]

export const firstAnswers = {
  [pages.home]: () => account,
  [pages.claims]: () => [api.claims, ...account],
  [pages.users]: (query: URLSearchParams) => {
    const params = readListParams(query)
    // A later page takes Graph longer than a page waits.
    return params.page === 1 ? [usersAddress(params), ...account] : account
  },
  [pages.sessions]: () => [api.sessions, ...account],
}
