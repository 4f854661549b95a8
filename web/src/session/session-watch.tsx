import { type ReactNode, useEffect, useId, useRef } from 'react'
import type { SignedIn } from '@gatehouse/contract/session'
import {
  announce,
  identity,
  useSession,
  useSessionEnding,
  useSessionWatch,
  useSignInUrl,
} from '@gatehouse/react'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { lock } from '../ui/icons.generated.ts'
import { Spinner } from '../ui/progress.tsx'
import { openModal } from '../ui/top-layer.ts'
import { SessionToast } from './session-toast.tsx'
import css from './session-watch.module.css'
import * as words from './words.ts'

/** Watches the session on every page: warns before it ends, and asks for a new sign-in after that. @param keepInStorage what a sign-out leaves in local storage */
export function SessionWatch({ keepInStorage }: { keepInStorage: readonly string[] }) {
  const { data } = useSession()
  const check = useSessionWatch({ keepInStorage })
  // In another tab: this page is emptied, and says nothing of it where the focus is.
  const reason = data?.signedIn === false ? data.reason : undefined
  useEffect(() => {
    if (reason === 'signed-out') announce(words.signInNeeded.signedOut)
  }, [reason])
  return (
    <>
      {check.isLate && <Unconfirmed onRetry={check.askNow} />}
      {data?.signedIn && <Ending key={identity(data)} session={data} />}
      {reason === 'ended' && <SessionEnd />}
    </>
  )
}

function Ending({ session }: { session: SignedIn }) {
  const left = useSessionEnding(session)
  return left === undefined ? null : <SessionToast session={session} left={left} />
}

/** Lies over a hidden page while the server does not say whether the session is still there. */
function Unconfirmed({ onRetry }: { onRetry: () => void }) {
  return (
    <Blocking title={words.check.title} text={words.check.text} className={css.visible}>
      <Spinner />
      <Button variant="outline" onClick={onRetry}>
        {words.check.again}
      </Button>
    </Blocking>
  )
}

/** Covers an empty page after its session has ended. It cannot be closed; it leads to a sign-in. */
function SessionEnd() {
  return (
    <Blocking title={words.end.title} text={words.end.text}>
      <ButtonLink href={useSignInUrl()} className={css.action}>
        {words.end.signIn}
      </ButtonLink>
    </Blocking>
  )
}

type BlockingProps = {
  title: string
  text: string
  className?: string | undefined
  children: ReactNode
}

/** A modal dialog that the user cannot close. */
function Blocking({ title, text, className = '', children }: BlockingProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [titleId, textId] = [useId(), useId()]
  const open = () => openModal(dialog.current)
  useEffect(open, [])
  return (
    <dialog
      ref={dialog}
      className={`${css.dialog} ${className}`}
      aria-labelledby={titleId}
      aria-describedby={textId}
      closedby="none"
      onCancel={(event) => event.preventDefault()}
      // A browser without `closedby` closes the dialog at the second Esc, whatever a script prevents.
      onClose={open}
    >
      <div className={css.inner}>
        <span className={css.mark}>
          <Icon path={lock} size={32} />
        </span>
        <h1 id={titleId} className={css.title}>
          {title}
        </h1>
        <p id={textId}>{text}</p>
        {children}
      </div>
    </dialog>
  )
}
