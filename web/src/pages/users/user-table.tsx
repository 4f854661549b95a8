import { useState } from 'react'
import { useUser } from '@gatehouse/react'
import { displayName } from '@gatehouse/contract/display-name'
import type { DirectoryUser } from '@gatehouse/shared/users'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { arrowSortDown, arrowSortUp } from '../../ui/icons.generated.ts'
import { PersonPanel } from './person-panel.tsx'
import css from './user-table.module.css'
import { pageSize, type Sort } from './users-query.ts'

type Props = {
  /** Undefined while the first page loads; placeholder rows have the final height. */
  users: DirectoryUser[] | undefined
  search: string
  sort: Sort
  busy: boolean
  onSort: (sort: Sort) => void
}

export function UserTable({ users, search, sort, busy, onSort }: Props) {
  const [chosen, setChosen] = useState<DirectoryUser>()
  const withMail = !users || users.some(hasOtherMail)
  return (
    <div className={css.frame}>
      <table className={css.table} aria-label="Users" aria-busy={busy} data-busy={busy && !!users}>
        <thead>
          <tr>
            <SortHeader sort={sort} onSort={onSort} />
            <th scope="col">User name</th>
            {withMail && <th scope="col">E-mail</th>}
          </tr>
        </thead>
        <tbody>
          {users
            ? users.map((user) => (
                <UserRow
                  key={user.id}
                  user={user}
                  search={search}
                  withMail={withMail}
                  onOpen={() => setChosen(user)}
                />
              ))
            : Array.from({ length: pageSize }, (_, row) => <SkeletonRow key={row} />)}
        </tbody>
      </table>
      {chosen && <PersonPanel user={chosen} onClose={() => setChosen(undefined)} />}
    </div>
  )
}

/** In most organisations the e-mail address is the user name; then the column is left out. */
function hasOtherMail({ mail, userPrincipalName }: DirectoryUser): boolean {
  return mail !== null && mail.toLowerCase() !== userPrincipalName.toLowerCase()
}

type RowProps = { user: DirectoryUser; search: string; withMail: boolean; onOpen: () => void }

function UserRow({ user, search, withMail, onOpen }: RowProps) {
  const me = useUser().objectId
  const name = displayName(user.displayName, user.userPrincipalName)
  return (
    <tr>
      <td>
        <div className={css.person}>
          <Avatar name={name} id={user.id} size="small" />
          <button type="button" className={css.open} aria-haspopup="dialog" onClick={onOpen}>
            <bdi>
              <Match text={name} search={search} />
            </bdi>
          </button>
          {user.id === me && <Badge tone="brand">You</Badge>}
        </div>
      </td>
      <td className={css.second}>
        <Match text={user.userPrincipalName} search={search} />
      </td>
      {withMail && <td className={css.mail}>{user.mail}</td>}
    </tr>
  )
}

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
      <td className={css.mail}>
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
        Name
        <Icon path={ascending ? arrowSortUp : arrowSortDown} size={16} />
      </button>
    </th>
  )
}

/** A text with the match of a search marked. */
function Match({ text, search }: { text: string; search: string }) {
  const parts = findMatch(text, search)
  if (!parts) return text
  return (
    <>
      {parts[0]}
      <mark>{parts[1]}</mark>
      {parts[2]}
    </>
  )
}

/**
 * Splits a text around the match of a search: before, match, after. It matches at the start of words, as
 * the directory does; undefined without a match.
 */
export function findMatch(text: string, search: string): [string, string, string] | undefined {
  const wanted = search.trim().toLowerCase()
  if (!wanted) return undefined
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)) {
    const end = index + wanted.length
    if (text.slice(index, end).toLowerCase() === wanted) {
      return [text.slice(0, index), text.slice(index, end), text.slice(end)]
    }
  }
  return undefined
}
