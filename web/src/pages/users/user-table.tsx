import { memo, useCallback, useDeferredValue, useLayoutEffect, useMemo, useRef } from 'react'
import { useUser } from '@gatehouse/react'
import type { DirectoryUser } from '@gatehouse/shared/users'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { arrowSortDown, arrowSortUp } from '../../ui/icons.generated.ts'
import { Match } from '../../ui/match.tsx'
import { homeAddress, nameOf, otherMail, shownUserName } from './person.ts'
import css from './user-table.module.css'
import { pageSize, type Sort } from '@gatehouse/shared/users-list'
import { words } from './words.ts'

type Props = {
  /** Undefined while the first page loads; placeholder rows have the final height. */
  users: DirectoryUser[] | undefined
  search: string
  sort: Sort
  busy: boolean
  onSort: (sort: Sort) => void
  onOpen: (id: string) => void
}

/** The columns are the same on every page and in every search: nothing jumps while paging. */
export function UserTable({ users, search, sort, busy, onSort, onOpen }: Props) {
  const open = useLatest(onOpen)
  // A slow phone first shows that it was tapped, and then 25 other rows.
  const wanted = useMemo(() => ({ users, search }), [users, search])
  const shown = useDeferredValue(wanted)
  return (
    <div className={css.frame}>
      <table
        className={css.table}
        aria-label={words.title}
        aria-busy={busy || shown !== wanted}
        data-busy={busy && !!users}
      >
        <thead>
          <tr>
            <SortHeader sort={sort} onSort={onSort} />
            <th scope="col">{words.userName}</th>
          </tr>
        </thead>
        <tbody>
          {shown.users
            ? shown.users.map((user) => (
                <UserRow key={user.id} user={user} search={shown.search} onOpen={open} />
              ))
            : Array.from({ length: pageSize }, (_, row) => <SkeletonRow key={row} />)}
        </tbody>
      </table>
    </div>
  )
}

/** The same function at each render, which calls the latest one. */
function useLatest(call: (id: string) => void): (id: string) => void {
  const latest = useRef(call)
  useLayoutEffect(() => {
    latest.current = call
  })
  return useCallback((id) => latest.current(id), [])
}

type RowProps = { user: DirectoryUser; search: string; onOpen: (id: string) => void }

/** Rows stay as they are while a panel opens or a page is on its way: on a slow phone, 25 of them take 10 ms. */
const UserRow = memo(function UserRow({ user, search, onOpen }: RowProps) {
  const me = useUser().objectId
  const name = nameOf(user)
  const mail = otherMail(user)
  // The whole texts: what does not fit into a column is cut, and a guest's user name is not shown at all.
  const title = [name, user.userPrincipalName, mail].filter(Boolean).join('\n')
  return (
    <tr title={title}>
      <td>
        <div className={css.person}>
          <Avatar name={name} id={user.id} size="small" />
          <button
            type="button"
            id={user.id}
            className={css.open}
            aria-haspopup="dialog"
            onClick={() => onOpen(user.id)}
          >
            <bdi>
              <Match text={name} search={search} />
            </bdi>
          </button>
          {user.id === me && <Badge tone="brand">{words.you}</Badge>}
          {homeAddress(user) !== undefined && <Badge>{words.guest}</Badge>}
        </div>
      </td>
      <td className={css.second}>
        <bdi className={css.cut}>
          <Match text={shownUserName(user)} search={search} />
        </bdi>
        {mail && (
          <bdi className={`${css.cut} ${css.mail}`}>
            <Match text={mail} search={search} />
          </bdi>
        )}
      </td>
    </tr>
  )
})

/** A placeholder for a row that loads. */
function SkeletonRow() {
  return (
    <tr className={css.skeleton} aria-hidden="true">
      <td>
        <div className={css.person}>
          <span className={css.disc} />
          <Line />
        </div>
      </td>
      <td className={css.second}>
        <Line />
      </td>
    </tr>
  )
}

function Line() {
  return <span className={css.line} />
}

/** The header of the sortable column; a press reverses the order. */
function SortHeader({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  const ascending = sort === 'name'
  return (
    <th scope="col" aria-sort={ascending ? 'ascending' : 'descending'}>
      <button
        type="button"
        className={css.sort}
        onClick={() => onSort(ascending ? '-name' : 'name')}
      >
        {words.name}
        <Icon path={ascending ? arrowSortUp : arrowSortDown} size={16} />
      </button>
    </th>
  )
}
