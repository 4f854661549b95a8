import type { ReactNode } from 'react'
import css from './page.module.css'

type Props = {
  title: string
  /** A sentence below the title that says what the page shows. */
  lead?: ReactNode
  children: ReactNode
}

/** A page: its heading, and its parts in a column. */
export function Page({ title, lead, children }: Props) {
  return (
    <div className={css.page}>
      <header className={css.head}>
        {/* `PageFocus` moves the focus here. */}
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p>{lead}</p>}
      </header>
      {children}
    </div>
  )
}
