import type { ReactNode } from 'react'
import css from './callout.module.css'
import { Icon } from './icon.tsx'

type Props = { icon: string; tone?: 'info' | 'success' | 'warning'; children: ReactNode }

/** A short notice that stands out from the page. */
export function Callout({ icon, tone = 'info', children }: Props) {
  return (
    <div className={css.callout} data-tone={tone}>
      <Icon path={icon} />
      <div>{children}</div>
    </div>
  )
}
