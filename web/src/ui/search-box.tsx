import { useRef, type KeyboardEvent } from 'react'
import { Icon } from './icon.tsx'
import { search } from './icons.generated.ts'
import css from './search-box.module.css'
import { useSlashKey } from './use-slash-key.ts'

type Props = { label: string; value: string; onChange: (value: string) => void }

/** One line to search or filter by: `/` goes into it, Esc empties it. */
export function SearchBox({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useSlashKey(input)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    onChange('')
  }
  return (
    <search className={css.search}>
      <Icon path={search} className={css.icon} />
      <input
        ref={input}
        className={css.input}
        type="search"
        aria-label={label}
        placeholder={label}
        aria-keyshortcuts="/"
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </search>
  )
}
