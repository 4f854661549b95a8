import { useEffect, useId, useRef, type ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { dismiss } from './icons.generated.ts'
import css from './side-panel.module.css'
import { openModal } from './top-layer.ts'

type Props = { title: string; onClose: () => void; children: ReactNode }

/** A dialog at the right edge. Esc, its button and a click beside it close it, and the focus returns. */
export function SidePanel({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => openModal(dialog.current), [])
  const close = () => dialog.current?.close()
  return (
    <dialog
      ref={dialog}
      className={css.panel}
      aria-labelledby={id}
      onClose={onClose}
      closedby="any"
    >
      <div className={css.inner}>
        <header className={css.head}>
          <h2 id={id}>{title}</h2>
          <button
            type="button"
            className={css.close}
            aria-label="Close"
            title="Close"
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
