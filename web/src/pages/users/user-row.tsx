import type { DirectoryUser } from '@gatehouse/shared/users'
import { useUser } from '../../session/use-session.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Match } from './match.tsx'
import css from './user-table.module.css'

type Props = { user: DirectoryUser; search: string; withMail: boolean; onOpen: () => void }

export function UserRow({ user, search, withMail, onOpen }: Props) {
  const me = useUser().objectId
  const name = user.displayName ?? user.userPrincipalName
  return (
    <tr>
      <td>
        <div className={css.person}>
          <Avatar name={name} id={user.id} size="small" />
          <button type="button" className={css.open} aria-haspopup="dialog" onClick={onOpen}>
            <Match text={name} search={search} />
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

/** The place of a row that is still to come. */
export function SkeletonRow() {
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
