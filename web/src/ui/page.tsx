import type { ReactNode } from 'react'
import css from './page.module.css'

type Props = {
  title: string
  /** A sentence below the title: what is to be seen here. */
  lead?: ReactNode
  children: ReactNode
}

/** A page's heading, and its parts below each other. */
export function Page({ title, lead, children }: Props) {
  return (
    <div className={css.page}>
      <header className={css.head}>
        {/* Where the focus goes when the page is opened. */}
        <h1 tabIndex={-1}>{title}</h1>
        {lead && <p>{lead}</p>}
      </header>
      {children}
    </div>
  )
}
