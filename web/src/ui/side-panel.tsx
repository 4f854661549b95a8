import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { dismiss } from './icons.generated.ts'
import css from './side-panel.module.css'
import { openModal } from './top-layer.ts'
import { words } from './words.ts'

type Props = {
  title: ReactNode
  /** Buttons beside the one that closes. */
  actions?: ReactNode
  onClose: () => void
  children: ReactNode
}

/** A dialog at the right edge. Esc, its button and a click beside it close it, and the focus returns. */
export function SidePanel({ title, actions, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const opened = dialog.current
    openModal(opened)
    // If the panel leaves the page while it is open, by Back for instance, the focus returns as well.
    return () => opened?.close()
  }, [])
  const close = () => dialog.current?.close()
  return (
    <dialog
      ref={dialog}
      className={css.panel}
      aria-labelledby={id}
      onClose={({ currentTarget }) => {
        // React’s strict mode closes it and opens it again.
        if (!currentTarget.open) onClose()
      }}
      closedby="any"
    >
      <div className={css.inner}>
        <header className={css.head}>
          {/* Polite: `actions` may change the panel’s subject. */}
          <h2 id={id} className={css.title} aria-live="polite">
            {title}
          </h2>
          {actions}
          <button
            type="button"
            className={css.close}
            aria-label={words.close}
            title={words.close}
            onClick={close}
          >
            <Icon path={dismiss} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
