import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { Answer } from '../api/answer.tsx'
import type { OwnWords } from '../api/messages.ts'
import { announce, type ApiProblem } from '@gatehouse/react'
import { info, search as searchIcon } from '../ui/icons.generated.ts'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import {
  forgetPages,
  isOldCursor,
  pageCount,
  type Place,
  rangeText,
  usePlace,
  usersPage,
  type UsersPage,
} from './users/users-query.ts'
import { UserTable } from './users/user-table.tsx'
import css from './users/users.module.css'
import { Button } from '../ui/button.tsx'
import { MessageCard } from '../ui/message-card.tsx'
import { formatNumber } from '../ui/format.ts'
import { SearchBox } from '../ui/search-box.tsx'

/** A 403 here has one cause as a rule: guests see nobody but themselves. */
const words: OwnWords = {
  forbidden: {
    title: 'Guests cannot list this directory',
    text: 'If you are not a guest, your organisation lets only some people list it.',
  },
}

/** The people of the organisation, as Microsoft Graph lists them. */
export default function UsersPageView() {
  const [place, go] = usePlace()
  const { search, sort, page } = place
  const users = useQuery(usersPage({ search, sort }, page))
  const { data, error, isPlaceholderData } = users
  const onSearch = useCallback((next: string) => go({ search: next }, { replace: true }), [go])
  const goToStart = useCallback(() => go({ page: 1 }, { replace: true }), [go])
  const restarted = useRestart(error, page, goToStart)
  usePrefetchNext(place, isPlaceholderData ? undefined : data)
  useRightPage(page, isPlaceholderData ? undefined : data, go)
  const waiting = <Results place={place} data={undefined} busy go={go} />

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
        <Note icon={info}>
          <p>This page of results was too old. We started again from page 1.</p>
        </Note>
      )}
      {/* Who comes too late is on the way to page 1 already. */}
      {isOldCursor(error, page) ? (
        waiting
      ) : (
        <Answer query={users} words={words} waiting={waiting}>
          {(known) => <Results place={place} data={known} busy={isPlaceholderData} go={go} />}
        </Answer>
      )}
    </Page>
  )
}

type ResultsProps = {
  place: Place
  data: UsersPage | undefined
  busy: boolean
  go: ReturnType<typeof usePlace>[1]
}

function Results({ place, data, busy, go }: ResultsProps) {
  const { search, sort } = place
  if (data && !data.users.length && !data.next && !busy) {
    return <NoMatch search={search} clear={() => go({ search: '' })} />
  }
  return (
    <>
      <UserTable
        users={data?.users}
        search={search}
        sort={sort}
        busy={busy || !data}
        onSort={(next) => go({ sort: next })}
      />
      {data && (data.page > 1 || data.next !== null) && (
        <Pager
          page={data.page}
          pages={pageCount(data.total)}
          hasNext={data.next !== null}
          go={(page) => go({ page })}
        />
      )}
    </>
  )
}

/** Has the next page here before somebody asks for it. */
function usePrefetchNext({ search, sort }: Place, data: UsersPage | undefined): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!data) return
    announce(`Showing ${rangeText(data.page, data.users.length, data.total).replace('–', ' to ')}`)
    if (data.next) void client.prefetchQuery(usersPage({ search, sort }, data.page + 1))
  }, [client, search, sort, data])
}

/** Corrects the address bar where it asks for a page that the list does not have. */
function useRightPage(page: number, data: UsersPage | undefined, go: ResultsProps['go']): void {
  useEffect(() => {
    if (data && data.page !== page) go({ page: data.page }, { replace: true })
  }, [page, data, go])
}

export function NoMatch({ search, clear }: { search: string; clear: () => void }) {
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
      <Button look="outline" onClick={clear}>
        Clear search
      </Button>
    </MessageCard>
  )
}

type PagerProps = {
  page: number
  pages: number | undefined
  hasNext: boolean
  go: (page: number) => void
}

export function Pager({ page, pages, hasNext, go }: PagerProps) {
  return (
    <nav className={css.pager} aria-label="Pages of users">
      <Button look="outline" disabled={page === 1} onClick={() => go(page - 1)}>
        Previous
      </Button>
      <p>
        {pages
          ? `Page ${formatNumber(page)} of ${formatNumber(pages)}`
          : `Page ${formatNumber(page)}`}
      </p>
      <Button look="outline" disabled={!hasNext} onClick={() => go(page + 1)}>
        Next
      </Button>
    </nav>
  )
}

/** How long the typing has to pause before the directory is asked, in ms. */
const pause = 250

type SearchProps = { search: string; onSearch: (search: string) => void }

/** What is typed is searched for after a pause; what the address bar says (after Back, say) is shown here. */
export function UserSearch({ search, onSearch }: SearchProps) {
  const [typed, setTyped] = useState(search)
  const [shown, setShown] = useState(search)
  if (shown !== search) {
    setShown(search)
    if (typed.trim() !== search) setTyped(search)
  }
  useEffect(() => {
    if (typed.trim() === search) return undefined
    const timer = setTimeout(() => onSearch(typed.trim()), pause)
    return () => clearTimeout(timer)
  }, [typed, search, onSearch])

  return <SearchBox label="Search users" value={typed} onChange={setTyped} />
}

/** Starts again from page 1 where the page's cursor has become too old, and tells whether it did. */
export function useRestart(error: ApiProblem | null, page: number, goToStart: () => void): boolean {
  const client = useQueryClient()
  const [restarted, setRestarted] = useState(false)
  const old = isOldCursor(error, page)
  if (old && !restarted) setRestarted(true)
  if (restarted && page > 1 && !error) setRestarted(false)
  useEffect(() => {
    if (!old) return
    goToStart()
    forgetPages(client)
  }, [old, client, goToStart])
  return restarted
}
