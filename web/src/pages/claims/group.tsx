import { useState, type ReactNode } from 'react'
import { Icon } from '../../ui/icon.tsx'
import { chevronRight } from '../../ui/icons.generated.ts'
import css from './claim-groups.module.css'

type Props = { title: string; count: number; open: boolean; children: ReactNode }

/** A group that can be folded. `open` is where it starts; when it changes, the group follows. */
export function Group({ title, count, open, children }: Props) {
  const [wanted, setWanted] = useState(open)
  const [before, setBefore] = useState(open)
  if (before !== open) {
    setBefore(open)
    setWanted(open)
  }
  return (
    <details
      className={css.group}
      open={wanted}
      onToggle={(event) => setWanted(event.currentTarget.open)}
    >
      <summary>
        <Icon path={chevronRight} size={16} />
        <h2>{title}</h2>
        <span className={css.count}>{count}</span>
      </summary>
      <dl>{children}</dl>
    </details>
  )
}
