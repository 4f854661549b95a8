import type { SignedIn } from '@gatehouse/shared/session'
import { pages } from '@gatehouse/shared/paths'
import { Link } from 'wouter'
import { useSignOut } from '../session/sign-out.ts'
import { useOrganisationName } from '../session/use-organisation-name.ts'
import { Icon } from '../ui/icon.tsx'
import { open, window as devices, signOut as signOutIcon } from '../ui/icons.generated.ts'
import { Persona } from '../ui/persona.tsx'
import menu from '../ui/popover.module.css'
import css from './account-popover.module.css'

const id = 'account'

/** Opens below the account button. */
export function AccountPopover({ session: { user } }: { session: SignedIn }) {
  const signOut = useSignOut()
  const organisation = useOrganisationName()
  return (
    <section id={id} popover="auto" className={menu.popover} aria-label="Account">
      {organisation && <p className={css.organisation}>{organisation}</p>}
      <div className={css.person}>
        <Persona id={user.objectId} name={user.name} username={user.username} />
      </div>
      <a
        className={menu.item}
        href="https://myaccount.microsoft.com/"
        target="_blank"
        rel="noopener noreferrer"
      >
        <Icon path={open} />
        Manage your Microsoft account
      </a>
      <Link className={menu.item ?? ''} href={pages.sessions} onClick={close}>
        <Icon path={devices} />
        Your sessions
      </Link>
      <button
        type="button"
        className={menu.item}
        disabled={signOut.isPending || signOut.isSuccess}
        onClick={() => signOut.mutate()}
      >
        <Icon path={signOutIcon} />
        Sign out
      </button>
      {signOut.isError && (
        <p className={css.failed} role="alert">
          Signing out did not work. You are still signed in: try again.
        </p>
      )}
    </section>
  )
}

function close(): void {
  document.getElementById(id)?.hidePopover()
}
