import { useEffect, useId, useRef } from 'react'
import type { SignedIn } from '@gatehouse/contract/session'
import {
  identity,
  useSession,
  useSessionEnding,
  useSessionWatch,
  useSignInUrl,
} from '@gatehouse/react'
import { ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { lock } from '../ui/icons.generated.ts'
import { SessionToast } from './session-toast.tsx'
import css from './session-watch.module.css'

/** Watches the session on every page: warns before it ends, and asks for a new sign-in after that. @param keepInStorage what a sign-out leaves in local storage */
export function SessionWatch({ keepInStorage }: { keepInStorage: readonly string[] }) {
  const { data } = useSession()
  useSessionWatch({ keepInStorage })
  if (data?.signedIn) return <Ending key={identity(data)} session={data} />
  return data?.reason === 'ended' ? <SessionEnd /> : null
}

function Ending({ session }: { session: SignedIn }) {
  const left = useSessionEnding(session)
  return left === undefined ? null : <SessionToast session={session} left={left} />
}

/** Covers an empty page after its session has ended. It cannot be closed; it leads to a sign-in. */
function SessionEnd() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [title, text] = [useId(), useId()]
  const open = () => {
    if (dialog.current?.isConnected && !dialog.current.open) dialog.current.showModal()
  }
  useEffect(open, [])
  return (
    <dialog
      ref={dialog}
      className={css.dialog}
      aria-labelledby={title}
      aria-describedby={text}
      closedby="none"
      onCancel={(event) => event.preventDefault()}
      // A browser without `closedby` closes the dialog at the second Esc, whatever a script prevents.
      onClose={open}
    >
      <div className={css.inner}>
        <span className={css.mark}>
          <Icon path={lock} size={32} />
        </span>
        <h1 id={title} className={css.title}>
          Sign in again to continue
        </h1>
        <p id={text}>Your session is over. You come straight back to this page, search and all.</p>
        <ButtonLink href={useSignInUrl()} className={css.action}>
          Sign in again
        </ButtonLink>
      </div>
    </dialog>
  )
}
