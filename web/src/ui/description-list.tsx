import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import css from './description-list.module.css'

type Item = {
  name: string
  value: ReactNode
  /** Adds a button that copies this text. */
  copy?: string | undefined
}

/** Names and values, one pair per line. */
export function DescriptionList({ items }: { items: Item[] }) {
  return (
    <dl className={css.list}>
      {items.map(({ name, value, copy }) => (
        <div key={name} className={css.item}>
          <dt>{name}</dt>
          <dd>
            <span className={css.value}>{value}</span>
            {copy && <CopyButton text={copy} label={`Copy ${name.toLowerCase()}`} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}
