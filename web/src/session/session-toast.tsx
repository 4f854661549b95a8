import {
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { createPortal } from 'react-dom'
import type { SignedIn } from '@gatehouse/contract/session'
import { announce, canBeExtended, useExtendSession } from '@gatehouse/react'
import { Button } from '../ui/button.tsx'
import { formatClock } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { clock, dismiss } from '../ui/icons.generated.ts'
import { focusHeading } from '../ui/page-focus.tsx'
import { onTopmostChange, openPopover, topmost } from '../ui/top-layer.ts'
import css from './session-toast.module.css'
import { toast as words } from './words.ts'

type Props = { session: SignedIn; left: number }

/** Says that the session ends soon, with a countdown. A screen reader is told once. */
export function SessionToast({ session, left }: Props) {
  const [dismissed, setDismissed] = useState(false)
  // While a modal dialog is open, only elements inside it can be reached. React looks again after the
  // commit, because it may have removed the dialog that was there while rendering.
  const place = useSyncExternalStore(onTopmostChange, topmost)
  const extendable = canBeExtended(session)
  const first = useRef(inWords(left))
  useEffect(() => {
    const time = first.current
    announce(extendable ? words.announcement(time) : words.announcementForGood(time))
  }, [extendable])
  if (dismissed) return null
  const time = (
    <span key="clock" className={css.clock}>
      {formatClock(left)}
    </span>
  )
  return createPortal(
    <Popover key={place === document.body ? 'page' : 'dialog'}>
      <Icon path={clock} className={css.icon} />
      <p className={css.text}>{extendable ? words.ends(time) : words.endsForGood(time)}</p>
      {extendable && <ExtendSession />}
      <button
        type="button"
        className={css.dismiss}
        aria-label={words.dismiss}
        title={words.dismiss}
        onClick={() => setDismissed(true)}
      >
        <Icon path={dismiss} />
      </button>
    </Popover>,
    place,
  )
}

/** Lies in the top layer, above every page, and leaves the focus and all clicks to the page. */
function Popover({ children }: { children: ReactNode }) {
  const popover = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const element = popover.current
    openPopover(element)
    return () => {
      // The focus would be lost with the button that has it.
      if (element?.contains(document.activeElement)) focusHeading()
    }
  }, [])
  return (
    <section ref={popover} popover="manual" className={css.toast} aria-label={words.label}>
      {children}
    </section>
  )
}

/** Goes once the session is extended; the heading then has the focus. */
export function ExtendSession(look: { variant?: 'outline' }) {
  const extend = useExtendSession(() => {
    announce(words.extended)
    if (document.activeElement?.ariaDisabled === 'true') focusHeading()
  })
  return (
    <>
      {extend.isError && (
        <p className={css.failed} role="alert">
          {words.failed}
        </p>
      )}
      {/* `aria-disabled`, because `disabled` would lose the focus. */}
      <Button
        {...look}
        aria-disabled={extend.isPending}
        onClick={() => {
          if (!extend.isPending) extend.mutate()
        }}
      >
        {words.extend}
      </Button>
    </>
  )
}

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes > 1) return words.minutes(minutes)
  return minutes === 1 ? words.oneMinute : words.lessThanAMinute
}
