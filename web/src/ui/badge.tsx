import type { ReactNode } from 'react'
import css from './badge.module.css'
import { Icon } from './icon.tsx'

export type Tone = 'brand' | 'success' | 'warning' | 'danger' | 'neutral'

type Props = { tone?: Tone; icon?: string; children: ReactNode }

export function Badge({ tone = 'neutral', icon, children }: Props) {
  return (
    <span className={`${css.badge} ${css[tone]}`}>
      {icon && <Icon path={icon} size={16} />}
      {children}
    </span>
  )
}
