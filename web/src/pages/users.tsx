import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { Failure } from '../api/failure.tsx'
import { announce } from '../ui/announce.ts'
import { info } from '../ui/icons.generated.ts'
import { Note } from '../ui/note.tsx'
import { pageCount, rangeText, type Place } from './users/list.ts'
import { NoMatch } from './users/no-match.tsx'
import { Pager } from './users/pager.tsx'
import { usePlace } from './users/use-place.ts'
import { useRestart } from './users/use-restart.ts'
import { UserSearch } from './users/user-search.tsx'
import { UserTable } from './users/user-table.tsx'
import { usersPage, type UsersPage } from './users/users-query.ts'
import css from './users/users.module.css'

/** The people of the organisation, as Microsoft Graph lists them. */
export default function UsersPageView() {
  const [place, go] = usePlace()
  const { search, sort, page } = place
  const { data, error, isPlaceholderData, refetch } = useQuery(usersPage({ search, sort }, page))
  const onSearch = useCallback((next: string) => go({ search: next }, { replace: true }), [go])
  const goToStart = useCallback(() => go({ page: 1 }, { replace: true }), [go])
  const restarted = useRestart(error, page, goToStart)
  usePrefetchNext(place, isPlaceholderData ? undefined : data)
  useRightPage(page, isPlaceholderData ? undefined : data, go)

  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1 tabIndex={-1}>Users</h1>
        <p>The people in your organisation’s directory, read through Microsoft Graph as you.</p>
      </header>
      <div className={css.tools}>
        <UserSearch search={search} onSearch={onSearch} />
        <p className={css.range}>{data && rangeText(data.page, data.users.length, data.total)}</p>
      </div>
      {restarted && (
        <Note icon={info}>
          <p>This page of results was too old. We started again from page 1.</p>
        </Note>
      )}
      {error && !data ? (
        <Failure error={error} retry={refetch} />
      ) : (
        <Results place={place} data={data} busy={isPlaceholderData} go={go} />
      )}
    </div>
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
      {data && (
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
