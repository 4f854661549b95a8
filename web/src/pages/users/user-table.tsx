import type { DirectoryUser } from '@gatehouse/shared/users'
import { useState } from 'react'
import { pageSize, type Sort } from './list.ts'
import { PersonPanel } from './person-panel.tsx'
import { SkeletonRow, UserRow } from './user-row.tsx'
import { SortHeader } from './sort-header.tsx'
import css from './user-table.module.css'

type Props = {
  /** Undefined while the first page loads: rows of the final height hold the place. */
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

/** Most organisations give people one name for both; a column that repeats another one says nothing. */
function hasOtherMail({ mail, userPrincipalName }: DirectoryUser): boolean {
  return mail !== null && mail.toLowerCase() !== userPrincipalName.toLowerCase()
}
