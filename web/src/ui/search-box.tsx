import {
  type KeyboardEvent as ReactKeyboardEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react'
import { Icon } from './icon.tsx'
import { dismiss, search } from './icons.generated.ts'
import css from './search-box.module.css'
import { topmost } from './top-layer.ts'
import { words } from './words.ts'

type Props = { label: string; value: string; onChange: (value: string) => void }

/** A field to search or filter with: `/` moves the focus to it, Esc or its button empties it. */
export function SearchBox({ label, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useSlashKey(input)
  const onKeyDown = (event: ReactKeyboardEvent) => {
    // While an input method composes a word, Esc is for that.
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return
    event.preventDefault()
    onChange('')
  }
  const clear = () => {
    onChange('')
    input.current?.focus()
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
      {value ? (
        <button
          type="button"
          className={css.clear}
          aria-label={words.clear}
          title={words.clear}
          onClick={clear}
        >
          <Icon path={dismiss} />
        </button>
      ) : (
        <kbd className={css.hint} aria-hidden="true">
          /
        </kbd>
      )}
    </search>
  )
}

/** How long the typing has to pause before the address bar changes, in ms. Browsers refuse too many changes. */
const pauseMs = 250

/**
 * A text that is typed here and kept in the address bar, whose changes it follows: Back, for instance.
 *
 * @param kept the text in the address bar
 * @param keep writes it there, after a pause in the typing; the same function at each render
 * @returns what is typed, and a function that changes it
 */
export function useKeptText(
  kept: string,
  keep: (text: string) => void,
): [string, (text: string) => void] {
  const [typed, setTyped] = useState(kept)
  const [shown, setShown] = useState(kept)
  if (shown !== kept) {
    setShown(kept)
    if (typed.trim() !== kept) setTyped(kept)
  }
  useEffect(() => {
    if (typed.trim() === kept) return undefined
    const timer = setInterval(() => {
      // A dialog that was opened during the pause is of the address as it is: a change would close it.
      if (topmost() !== document.body) return
      clearInterval(timer)
      keep(typed.trim())
    }, pauseMs)
    return () => clearInterval(timer)
  }, [typed, kept, keep])
  return [typed, setTyped]
}

/** `/` moves the focus to an input, unless the user types in another field or a dialog is open. */
function useSlashKey(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      const inUse = ['input', 'textarea', 'select', '[contenteditable]'].join()
      if (event.target instanceof Element && event.target.matches(inUse)) return
      if (document.querySelector('dialog[open]')) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [input])
}
