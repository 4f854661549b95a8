import { useEffect, type ReactNode } from 'react'
import { announce } from '@gatehouse/react'
import { MessageCard } from './card.tsx'
import css from './empty-state.module.css'
import { Icon } from './icon.tsx'
import { focusHeading } from './page-focus.tsx'

type Props = {
  icon: string
  title: string
  /** A sentence that helps, and an action. */
  children?: ReactNode
  /** `small` stands in for a part of a page, `large` for all that the page is for. */
  size?: 'small' | 'large'
}

/** Nothing to show: what was looked for, and what to do. A screen reader says the title. */
export function EmptyState({ icon, title, children, size = 'large' }: Props) {
  useEffect(() => {
    announce(title)
    return () => {
      // The button that empties the search goes with it.
      if (document.activeElement === document.body) focusHeading()
    }
  }, [title])
  if (size === 'large') {
    return (
      <MessageCard icon={icon} title={title} heading="h2">
        {children}
      </MessageCard>
    )
  }
  return (
    <section className={css.small}>
      <Icon path={icon} size={24} className={css.icon} />
      <h2>{title}</h2>
      {children}
    </section>
  )
}
