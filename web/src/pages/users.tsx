import { useCallback, useEffect, useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { announce, type ApiProblem } from '@gatehouse/react'
import type { DirectoryUser } from '@gatehouse/shared/users'
import type { ListParams } from '@gatehouse/shared/users-list'
import { QueryView } from '../api/query-view.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { info, search as searchIcon } from '../ui/icons.generated.ts'
import { Page } from '../ui/page.tsx'
import { SearchBox, useKeptText } from '../ui/search-box.tsx'
import { Pager } from './users/pager.tsx'
import { PersonPanel } from './users/person-panel.tsx'
import { useRefusedMessages } from './users/refused.ts'
import { UserTable } from './users/user-table.tsx'
import {
  forgetPages,
  isStaleCursor,
  type Navigate,
  pageCount,
  rangeText,
  useListParams,
  usersPage,
  type UsersPage,
} from './users/users-query.ts'
import css from './users/users.module.css'
import { words } from './users/words.ts'

/** The users of the organisation, as Microsoft Graph lists them. */
export default function UsersPageView() {
  const [params, navigate] = useListParams()
  const { search, page } = params
  const users = useQuery(usersPage(params, page))
  const { data, error, isPlaceholderData } = users
  const onSearch = useCallback(
    (next: string) => navigate({ search: next }, { replace: true }),
    [navigate],
  )
  const messages = useRefusedMessages(error, search)
  const restarted = useRestartOnStaleCursor(error, page, navigate)
  useArrival(params, isPlaceholderData ? undefined : data, navigate)
  const placeholder = <Results params={params} data={undefined} busy navigate={navigate} />

  return (
    <Page title={words.title} lead={words.lead}>
      <div className={css.tools}>
        <UserSearch search={search} onSearch={onSearch} />
        <p className={css.range}>
          {data && !error && rangeText(data.page, data.users.length, data.total)}
        </p>
      </div>
      {restarted && (
        <Callout icon={info}>
          <p>{words.tooOld}</p>
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
  const { search, sort, page } = params
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
        onOpen={(user) => navigate({ page, user }, { state: openedHere })}
      />
      {data && <Person params={params} users={data.users} busy={busy} navigate={navigate} />}
      {data && (data.page > 1 || data.next) && (
        <Pager
          page={data.page}
          pages={pageCount(data.total)}
          hasNext={!!data.next}
          onPage={(next) => navigate({ page: next })}
        />
      )}
    </>
  )
}

/** Marks a history entry that the list made: closing the panel goes back from it. */
const openedHere = { opened: 'person' }

type PersonProps = {
  params: ListParams
  users: DirectoryUser[]
  /** Whether others load, and one of them may be that person. */
  busy: boolean
  navigate: Navigate
}

/** The panel of the person that the address names. Back closes it, and a link or a reload opens it. */
function Person({ params: { user: id, page }, users, busy, navigate }: PersonProps) {
  const at = users.findIndex((user) => user.id === id)
  const listed = users[at]
  // Rows stay until those of the next search are there, and one of them may have been chosen.
  const [chosen, setChosen] = useState(listed)
  if (listed && listed !== chosen) setChosen(listed)
  if (!id) return null
  if (chosen?.id !== id) {
    return busy ? null : (
      <Callout icon={info}>
        <p>{words.notHere}</p>
      </Callout>
    )
  }
  const stepTo = (other: DirectoryUser | undefined) =>
    other && (() => navigate({ page, user: other.id }, { replace: true, state: history.state }))
  const close = () => {
    // A panel that a link opened has no element to return the focus to, and the buttons may have led to another row.
    document.getElementById(id)?.focus()
    if ((history.state as typeof openedHere | null)?.opened) history.back()
    else navigate({ page }, { replace: true })
  }
  return (
    <PersonPanel
      user={chosen}
      onPrevious={stepTo(users[at - 1])}
      onNext={stepTo(listed && users[at + 1])}
      onClose={close}
    />
  )
}

/** Returns to page 1 if the cursor of the page is too old. @returns whether it did */
function useRestartOnStaleCursor(
  error: ApiProblem | null,
  page: number,
  navigate: Navigate,
): boolean {
  const client = useQueryClient()
  const [restarted, setRestarted] = useState(false)
  const stale = isStaleCursor(error, page)
  if (stale && !restarted) setRestarted(true)
  if (restarted && page > 1 && !error) setRestarted(false)
  useEffect(() => {
    if (!stale) return
    navigate({ page: 1 }, { replace: true })
    forgetPages(client)
  }, [stale, client, navigate])
  return restarted
}

/** Announces a page that is there, and loads the next one. A page that the list does not have is corrected in the address bar. */
function useArrival(
  { search, sort, page }: ListParams,
  data: UsersPage | undefined,
  navigate: Navigate,
): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!data) return
    if (data.page !== page) {
      // What is known of the last page may be of before the list became shorter.
      void client.invalidateQueries(usersPage({ search, sort }, data.page))
      navigate({ page: data.page }, { replace: true })
      return
    }
    const range = rangeText(page, data.users.length, data.total, true)
    if (range) announce(words.showing(range))
    if (data.next) void client.prefetchQuery(usersPage({ search, sort }, page + 1))
  }, [client, search, sort, page, data, navigate])
}

function NoMatch({ search, clear }: { search: string; clear: () => void }) {
  if (!search) {
    return (
      <EmptyState icon={searchIcon} title={words.nobody}>
        <p>{words.nobodyText}</p>
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={searchIcon} title={words.noMatch(search)}>
      <p>{words.noMatchText}</p>
      <Button variant="outline" onClick={clear}>
        {words.clear}
      </Button>
    </EmptyState>
  )
}

type SearchProps = { search: string; onSearch: (search: string) => void }

/** Searches after a pause in the typing. */
function UserSearch({ search, onSearch }: SearchProps) {
  const [typed, setTyped] = useKeptText(search, onSearch)
  return <SearchBox label={words.search} value={typed} onChange={setTyped} />
}
