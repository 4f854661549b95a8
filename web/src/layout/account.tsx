import { Link } from 'wouter'
import type { SignedIn } from '@gatehouse/contract/session'
import { identity, useSession, useSignInUrl, useSignOut } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { useOrganisationName } from '../session/use-organisation-name.ts'
import { Avatar, Persona } from '../ui/avatar.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import {
  chevronDown,
  open,
  signOut as signOutIcon,
  window as devices,
} from '../ui/icons.generated.ts'
import { closePopover } from '../ui/top-layer.ts'
import menu from '../ui/popover.module.css'
import css from './account.module.css'
import { accountWords as words } from './words.ts'

/** @param pageSignsIn whether the page has a button to sign in when the user is signed out */
type Props = { pageSignsIn: boolean }

/**
 * The account button, or a link to sign in. It keeps its width until the session is known. Nothing leads back in
 * while a sign-out is on its way: Microsoft would not hear of it.
 */
export function Account({ pageSignsIn }: Props) {
  const { data } = useSession()
  return (
    <div className={css.slot}>
      {data?.signedIn && <AccountButton />}
      {data && !data.signedIn && data.reason !== 'signing-out' && (
        <SignIn pageSignsIn={pageSignsIn} />
      )}
    </div>
  )
}

/** The page's own button is the main one where there is one. */
function SignIn({ pageSignsIn }: Props) {
  return (
    <ButtonLink href={useSignInUrl()} variant={pageSignsIn ? 'outline' : 'primary'}>
      {words.signIn}
    </ButtonLink>
  )
}

function AccountButton() {
  const { data } = useSession()
  if (!data?.signedIn) return null
  const { name, objectId } = data.user
  return (
    <>
      <button type="button" className={css.button} popoverTarget="account">
        <Avatar name={name} id={objectId} size="small" urgent />
        <bdi className={css.name}>{name}</bdi>
        <Icon path={chevronDown} size={16} className={css.chevron} />
      </button>
      <AccountPopover key={identity(data)} session={data} />
    </>
  )
}

const id = 'account'

/** The menu below the account button. */
function AccountPopover({ session: { user } }: { session: SignedIn }) {
  const signOut = useSignOut()
  const organisation = useOrganisationName()
  return (
    <section id={id} popover="auto" className={menu.popover} aria-label={words.title}>
      {organisation && <p className={css.organisation}>{organisation}</p>}
      <div className={css.person}>
        <Persona id={user.objectId} name={user.name} username={user.username} />
      </div>
      <a
        className={menu.item}
        href="https://myaccount.microsoft.com/"
        target="_blank"
        rel="noreferrer"
      >
        <Icon path={open} />
        {words.microsoftAccount}
      </a>
      <Link className={menu.item ?? ''} href={pages.sessions} onClick={close}>
        <Icon path={devices} />
        {words.sessions}
      </Link>
      <button
        type="button"
        className={menu.item}
        disabled={signOut.isPending || signOut.isSuccess}
        onClick={() => signOut.mutate()}
      >
        <Icon path={signOutIcon} />
        {words.signOut}
      </button>
      {signOut.isError && (
        <p className={css.failed} role="alert">
          {words.signOutFailed}
        </p>
      )}
    </section>
  )
}

function close(): void {
  closePopover(document.getElementById(id))
}
