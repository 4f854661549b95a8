import type { SignedIn } from '@gatehouse/shared/session'
import { useSignOut } from '../session/sign-out.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { open, signOut as signOutIcon } from '../ui/icons.generated.ts'
import menu from '../ui/popover.module.css'
import css from './account-popover.module.css'

/** Opens below the account button. */
export function AccountPopover({ session: { user, organisation } }: { session: SignedIn }) {
  const signOut = useSignOut()
  return (
    <section id="account" popover="auto" className={menu.popover} aria-label="Account">
      <p className={css.organisation}>{organisation.name ?? organisation.tenantId}</p>
      <div className={css.person}>
        <Avatar name={user.name} id={user.objectId} size="large" />
        <div>
          <p className={css.name}>{user.name}</p>
          <p className={css.username}>{user.username}</p>
        </div>
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
