import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import css from './description-list.module.css'
import { words } from './words.ts'

type Item = {
  name: string
  value: ReactNode
  /** Adds a button that copies this text. */
  copy?: string | undefined
  /** Gives a long value, such as an id, a line of its own. */
  long?: boolean
}

/** Names and values, one pair per line. */
export function DescriptionList({ items }: { items: Item[] }) {
  return (
    <dl className={css.list}>
      {items.map(({ name, value, copy, long = false }) => (
        <div key={name} className={css.item} data-long={long}>
          <dt>{name}</dt>
          <dd>
            <span className={css.value}>{value}</span>
            {copy && <CopyButton text={copy} label={words.copyValue(name)} />}
          </dd>
        </div>
      ))}
    </dl>
  )
}
