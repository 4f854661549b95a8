import { useEffect, type RefObject } from 'react'

/** `/` puts the focus into an input, unless somebody is typing already or a dialog is open. */
export function useSlashKey(input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      const inUse = 'input, textarea, select, [contenteditable], dialog[open] *'
      if (event.target instanceof Element && event.target.matches(inUse)) return
      if (document.querySelector('dialog[open]')) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [input])
}
