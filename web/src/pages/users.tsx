import { useCallback, useEffect, useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { announce, type ApiProblem } from '@gatehouse/react'
import { QueryView } from '../api/query-view.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { MessageCard } from '../ui/card.tsx'
import { formatNumber } from '../ui/format.ts'
import { info, search as searchIcon } from '../ui/icons.generated.ts'
import { Page } from '../ui/page.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { useRefusedMessages } from './users/refused.ts'
import { UserTable } from './users/user-table.tsx'
import {
  forgetPages,
  isStaleCursor,
  type ListParams,
  type Navigate,
  pageCount,
  rangeText,
  useListParams,
  usersPage,
  type UsersPage,
} from './users/users-query.ts'
import css from './users/users.module.css'

/** The users of the organisation, as Microsoft Graph lists them. */
export default function UsersPageView() {
  const [params, navigate] = useListParams()
  const { search, sort, page } = params
  const users = useQuery(usersPage({ search, sort }, page))
  const { data, error, isPlaceholderData } = users
  const onSearch = useCallback(
    (next: string) => navigate({ search: next }, { replace: true }),
    [navigate],
  )
  const goToStart = useCallback(() => navigate({ page: 1 }, { replace: true }), [navigate])
  const messages = useRefusedMessages(error, search)
  const restarted = useRestartOnStaleCursor(error, page, goToStart)
  usePrefetchNext(params, isPlaceholderData ? undefined : data)
  useClampPage(page, isPlaceholderData ? undefined : data, navigate)
  const placeholder = <Results params={params} data={undefined} busy navigate={navigate} />

  return (
    <Page
      title="Users"
      lead="The people in your organisation’s directory, read through Microsoft Graph as you."
    >
      <div className={css.tools}>
        <UserSearch search={search} onSearch={onSearch} />
        <p className={css.range}>
          {data && !error && rangeText(data.page, data.users.length, data.total)}
        </p>
      </div>
      {restarted && (
        <Callout icon={info}>
          <p>This page of results was too old. We started again from page 1.</p>
        </Callout>
      )}
      {/* `useRestartOnStaleCursor` is about to load page 1. */}
      {isStaleCursor(error, page) || !messages ? (
        placeholder
      ) : (
        <QueryView query={users} messages={messages} placeholder={placeholder}>
          {(known) => (
            <Results params={params} data={known} busy={isPlaceholderData} navigate={navigate} />
          )}
        </QueryView>
      )}
    </Page>
  )
}

type ResultsProps = {
  params: ListParams
  data: UsersPage | undefined
  busy: boolean
  navigate: Navigate
}

function Results({ params, data, busy, navigate }: ResultsProps) {
  const { search, sort } = params
  if (data && !data.users.length && !data.next && !busy) {
    return <NoMatch search={search} clear={() => navigate({ search: '' })} />
  }
  return (
    <>
      <UserTable
        users={data?.users}
        search={search}
        sort={sort}
        busy={busy || !data}
        onSort={(next) => navigate({ sort: next })}
      />
      {data && (data.page > 1 || data.next !== null) && (
        <Pager
          page={data.page}
          pages={pageCount(data.total)}
          hasNext={data.next !== null}
          onPage={(next) => navigate({ page: next })}
        />
      )}
    </>
  )
}

/** Returns to page 1 if the cursor of the page is too old. @returns whether it did */
function useRestartOnStaleCursor(
  error: ApiProblem | null,
  page: number,
  goToStart: () => void,
): boolean {
  const client = useQueryClient()
  const [restarted, setRestarted] = useState(false)
  const stale = isStaleCursor(error, page)
  if (stale && !restarted) setRestarted(true)
  if (restarted && page > 1 && !error) setRestarted(false)
  useEffect(() => {
    if (!stale) return
    goToStart()
    forgetPages(client)
  }, [stale, client, goToStart])
  return restarted
}

/** Loads the next page in advance, and announces the current one. */
function usePrefetchNext({ search, sort }: ListParams, data: UsersPage | undefined): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!data) return
    announce(`Showing ${rangeText(data.page, data.users.length, data.total).replace('–', ' to ')}`)
    if (data.next) void client.prefetchQuery(usersPage({ search, sort }, data.page + 1))
  }, [client, search, sort, data])
}

/** Corrects the address bar if the list has no such page. */
function useClampPage(page: number, data: UsersPage | undefined, navigate: Navigate): void {
  useEffect(() => {
    if (data && data.page !== page) navigate({ page: data.page }, { replace: true })
  }, [page, data, navigate])
}

function NoMatch({ search, clear }: { search: string; clear: () => void }) {
  if (!search) {
    return (
      <MessageCard icon={searchIcon} title="Nobody here" heading="h2">
        <p>The directory lists no users for you.</p>
      </MessageCard>
    )
  }
  return (
    <MessageCard icon={searchIcon} title={`No one matches “${search}”`} heading="h2">
      <p>Search looks at the start of names and user names.</p>
      <Button variant="outline" onClick={clear}>
        Clear search
      </Button>
    </MessageCard>
  )
}

type PagerProps = {
  page: number
  pages: number | undefined
  hasNext: boolean
  onPage: (page: number) => void
}

function Pager({ page, pages, hasNext, onPage }: PagerProps) {
  return (
    <nav className={css.pager} aria-label="Pages of users">
      <Button variant="outline" disabled={page === 1} onClick={() => onPage(page - 1)}>
        Previous
      </Button>
      <p>
        {pages
          ? `Page ${formatNumber(page)} of ${formatNumber(pages)}`
          : `Page ${formatNumber(page)}`}
      </p>
      <Button variant="outline" disabled={!hasNext} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </nav>
  )
}

/** How long the typing has to pause before a search starts, in ms. */
const pauseMs = 250

type SearchProps = { search: string; onSearch: (search: string) => void }

/** Searches after a pause in the typing. It follows the address bar, for instance after Back. */
function UserSearch({ search, onSearch }: SearchProps) {
  const [typed, setTyped] = useState(search)
  const [shown, setShown] = useState(search)
  if (shown !== search) {
    setShown(search)
    if (typed.trim() !== search) setTyped(search)
  }
  useEffect(() => {
    if (typed.trim() === search) return undefined
    const timer = setTimeout(() => onSearch(typed.trim()), pauseMs)
    return () => clearTimeout(timer)
  }, [typed, search, onSearch])

  return <SearchBox label="Search users" value={typed} onChange={setTyped} />
}
