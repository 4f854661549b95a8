import { useEffect, useId, useRef } from 'react'
import { ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { lock } from '../ui/icons.generated.ts'
import { useSignInUrl } from '@gatehouse/react'
import css from './session-end.module.css'

/** Stands before a page whose session is over. The page is gone, and nothing leads back but a sign-in. */
export function SessionEnd() {
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
      // A browser that does not know `closedby` closes at the second Esc, whatever is prevented.
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
