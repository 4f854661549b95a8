import { useSignInUrl } from '../session/return-to.ts'
import { identity } from '../session/session.ts'
import { useSession } from '../session/use-session.ts'
import { Avatar } from '../ui/avatar.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { chevronDown } from '../ui/icons.generated.ts'
import css from './account.module.css'
import { AccountPopover } from './account-popover.tsx'

/** Who is signed in, or the way to do so. It keeps its place while neither is known. */
export function Account() {
  const { data } = useSession()
  return <div className={css.place}>{data && (data.signedIn ? <Button /> : <SignIn />)}</div>
}

function SignIn() {
  return <ButtonLink href={useSignInUrl()}>Sign in</ButtonLink>
}

function Button() {
  const { data } = useSession()
  if (!data?.signedIn) return null
  const { name, objectId } = data.user
  return (
    <>
      <button type="button" className={css.button} popoverTarget="account">
        <Avatar name={name} id={objectId} size="small" />
        <span className={css.name}>{name}</span>
        <Icon path={chevronDown} size={16} className={css.chevron} />
      </button>
      <AccountPopover key={identity(data)} session={data} />
    </>
  )
}
