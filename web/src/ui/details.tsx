import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import { DescriptionList } from './description-list.tsx'
import css from './details.module.css'
import { Icon } from './icon.tsx'
import { chevronRight } from './icons.generated.ts'
import { words } from './words.ts'

export type Entries = Record<string, string | undefined>

type Props = {
  title: string
  entries?: Entries
  /** Adds a button that copies the entries; true by default. */
  copy?: boolean
  /** When it is unfolded. */
  onOpen?: () => void
  children?: ReactNode
}

/** Details that can be unfolded: text, or names and values that can be copied together. */
export function Details({ title, entries, copy = true, onOpen, children }: Props) {
  return (
    <details className={css.details} onToggle={onOpen}>
      <summary>
        <Icon path={chevronRight} size={16} />
        {title}
      </summary>
      <div className={css.body}>
        {children}
        {entries && <EntryList entries={entries} />}
        {entries && copy && <CopyButton text={asLines(entries)} label={words.copyDetails} wide />}
      </div>
    </details>
  )
}

function EntryList({ entries }: { entries: Entries }) {
  return (
    <div className={css.entries}>
      <DescriptionList
        items={withValue(entries).map(([name, value]) => ({ name, value: <code>{value}</code> }))}
      />
    </div>
  )
}

/** Names and values as text, one pair per line. */
export function asLines(entries: Entries): string {
  return withValue(entries)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function withValue(entries: Entries): [string, string | undefined][] {
  return Object.entries(entries).filter(([, value]) => value)
}
