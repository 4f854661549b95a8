import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import css from './message-card.module.css'

type Props = {
  icon: string
  title: string
  children: ReactNode
  tone?: 'neutral' | 'danger' | 'warning'
  heading?: 'h1' | 'h2'
  /** Has a screen reader read it at once: for what appears by itself. */
  alert?: boolean
}

/** One message in the middle of the page: what is so, why, and the one thing to do. */
export function MessageCard({ icon, title, children, ...look }: Props) {
  const { tone = 'neutral', heading: Heading = 'h1', alert = false } = look
  return (
    <section className={css.card} data-tone={tone} role={alert ? 'alert' : undefined}>
      <span className={css.mark}>
        <Icon path={icon} size={32} />
      </span>
      <Heading className={css.title} tabIndex={Heading === 'h1' ? -1 : undefined}>
        {title}
      </Heading>
      {children}
    </section>
  )
}
