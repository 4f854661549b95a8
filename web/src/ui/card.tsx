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
