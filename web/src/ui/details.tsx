import type { ReactNode } from 'react'
import { CopyButton } from './copy-button.tsx'
import css from './details.module.css'
import { Icon } from './icon.tsx'
import { chevronRight } from './icons.generated.ts'

type Entries = Record<string, string | undefined>

type Props = { title: string; entries?: Entries; children?: ReactNode }

/** Something for those who want to know more: words, or names and values that can be copied together. */
export function Details({ title, entries, children }: Props) {
  return (
    <details className={css.details}>
      <summary>
        <Icon path={chevronRight} size={16} />
        {title}
      </summary>
      <div className={css.body}>
        {children}
        {entries && <EntryList entries={entries} />}
      </div>
    </details>
  )
}

function EntryList({ entries }: { entries: Entries }) {
  const known = Object.entries(entries).filter(([, value]) => value)
  return (
    <>
      <dl className={css.entries}>
        {known.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <CopyButton
        text={known.map(([name, value]) => `${name}: ${value}`).join('\n')}
        label="Copy details"
        wide
      />
    </>
  )
}
