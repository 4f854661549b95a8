import { useEffect } from 'react'
import { currentPath as pathOf } from '@gatehouse/react'
import { appearance } from '@gatehouse/shared/appearance'
import { words } from './words.ts'

let currentPath: string | undefined
let wentBack = false

window.addEventListener('popstate', () => {
  // A jump within the same page is such an event too.
  const { pathname } = window.location
  wentBack = pathOf({ pathname, search: '', hash: '' }) !== currentPath
})

/**
 * Does for a page of this app what a browser does for a document: sets the title, scrolls to the top, and
 * moves the focus to the heading. Render it before the page, inside the same `Suspense`: its effect then
 * runs once the page is there, and before the page's own effects.
 */
export function PageFocus({ title, path }: { title: string; path: string }) {
  useEffect(() => {
    document.title = words.pageTitle(title, appearance.name)
    const first = currentPath === undefined || currentPath === path
    currentPath = path
    // On Back the browser restores the scroll position.
    if (!first && !wentBack) window.scrollTo(0, 0)
    wentBack = false
    if (!first) focusHeading()
  }, [title, path])
  return null
}

/** Moves the focus to the heading of the page: what had it is about to go. */
export function focusHeading(): void {
  document.querySelector('main')?.querySelector('h1')?.focus({ preventScroll: true })
}
