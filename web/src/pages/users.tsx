import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { Answer } from '../api/answer.tsx'
import type { OwnWords } from '../api/problem-words.ts'
import { announce } from '../ui/announce.ts'
import { info } from '../ui/icons.generated.ts'
import { Note } from '../ui/note.tsx'
import { Page } from '../ui/page.tsx'
import { pageCount, rangeText, type Place } from './users/list.ts'
import { NoMatch } from './users/no-match.tsx'
import { Pager } from './users/pager.tsx'
import { usePlace } from './users/use-place.ts'
import { useRestart } from './users/use-restart.ts'
import { UserSearch } from './users/user-search.tsx'
import { UserTable } from './users/user-table.tsx'
import { isOldCursor, usersPage, type UsersPage } from './users/users-query.ts'
import css from './users/users.module.css'

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
