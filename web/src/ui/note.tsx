import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import css from './note.module.css'

type Props = { icon: string; tone?: 'info' | 'success' | 'warning'; children: ReactNode }

/** A sentence or two that stand out from the page. */
export function Note({ icon, tone = 'info', children }: Props) {
  return (
    <div className={css.note} data-tone={tone}>
      <Icon path={icon} />
      <div>{children}</div>
    </div>
  )
}
