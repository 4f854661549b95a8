import type { SignedIn } from '@gatehouse/contract/session'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { announce, canBeExtended, useExtendSession } from '@gatehouse/react'
import { Button } from '../ui/button.tsx'
import { formatClock } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { clock, dismiss } from '../ui/icons.generated.ts'
import css from './session-toast.module.css'

type Props = { session: SignedIn; left: number }

/** Says that a session ends soon: aloud once, and with a number that moves for those who look. */
export function SessionToast({ session, left }: Props) {
  const [dismissed, setDismissed] = useState(false)
  const extendable = canBeExtended(session)
  const first = useRef(inWords(left))
  useEffect(() => {
    const rest = extendable ? 'You can stay signed in.' : 'Then you sign in again.'
    announce(`Your session ends in ${first.current}. ${rest}`)
  }, [extendable])
  if (dismissed) return null
  // What is not inside an open dialog cannot be reached while there is one.
  const place = document.querySelector('dialog:modal') ?? document.body
  return createPortal(
    <Popover key={place === document.body ? 'page' : 'dialog'}>
      <Icon path={clock} className={css.icon} />
      <p className={css.text}>
        Your session ends in <span className={css.clock}>{formatClock(left)}</span>
        {!extendable && ', then you sign in again.'}
      </p>
      {extendable && <StaySignedIn />}
      <button
        type="button"
        className={css.dismiss}
        aria-label="Dismiss"
        title="Dismiss"
        onClick={() => setDismissed(true)}
      >
        <Icon path={dismiss} />
      </button>
    </Popover>,
    place,
  )
}

/** In the top layer, above every page; it takes no focus and no click from what is below. */
function Popover({ children }: { children: ReactNode }) {
  const popover = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const element = popover.current
    element?.showPopover()
    return () => {
      // The focus would be nowhere when the button that has it goes.
      if (element?.contains(document.activeElement)) focusPage()
    }
  }, [])
  return (
    <section ref={popover} popover="manual" className={css.toast} aria-label="Session">
      {children}
    </section>
  )
}

function StaySignedIn() {
  const extend = useExtendSession()
  return (
    <>
      {extend.isError && (
        <p className={css.failed} role="alert">
          That did not work. Try again.
        </p>
      )}
      {/* Not disabled meanwhile: that would take the focus out of the toast. */}
      <Button
        aria-disabled={extend.isPending}
        onClick={() => {
          if (!extend.isPending) extend.mutate()
        }}
      >
        Stay signed in
      </Button>
    </>
  )
}

function focusPage(): void {
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
}

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes > 1) return `${minutes} minutes`
  return minutes === 1 ? 'one minute' : 'less than a minute'
}
