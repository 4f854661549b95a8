import { useId, type ReactNode } from 'react'
import css from './card.module.css'
import { Icon } from './icon.tsx'

type Props = { title: string; icon?: string; aside?: ReactNode; children: ReactNode }

/** A titled panel on a page. */
export function Card({ title, icon, aside, children }: Props) {
  const id = useId()
  return (
    <section className={css.card} aria-labelledby={id}>
      <header className={css.head}>
        {icon && <Icon path={icon} className={css.icon} />}
        <h2 id={id}>{title}</h2>
        {aside && <div className={css.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  )
}

type MessageProps = {
  icon: string
  title: string
  children: ReactNode
  tone?: 'neutral' | 'danger' | 'warning'
  heading?: 'h1' | 'h2'
  /** A screen reader reads it at once. Use it for a message that appears by itself. */
  alert?: boolean
}

/** One message in the middle of the page: what happened, why, and one action. */
export function MessageCard({
  icon,
  title,
  children,
  tone = 'neutral',
  heading: Heading = 'h1',
  alert = false,
}: MessageProps) {
  return (
    <section className={css.message} data-tone={tone} role={alert ? 'alert' : undefined}>
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
