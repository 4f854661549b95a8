import { useEffect } from 'react'
import { appearance } from '@gatehouse/shared/appearance'
import { words } from './words.ts'

let currentPath: string | undefined
let lastEvent: string | undefined

// Before the listeners of the router, which the first component that uses it adds.
for (const kind of ['popstate', 'pushState', 'replaceState'])
  window.addEventListener(kind, ({ type }) => (lastEvent = type))

/** Whether the address is that of Back or Forward. */
export const wentThroughHistory = (): boolean => lastEvent === 'popstate'

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
    if (first) return
    // On Back the browser restores the scroll position.
    if (!wentThroughHistory()) window.scrollTo(0, 0)
    focusHeading()
  }, [title, path])
  return null
}

/** Moves the focus to the heading of the page: what had it is about to go. */
export function focusHeading(): void {
  document.querySelector('main')?.querySelector('h1')?.focus({ preventScroll: true })
}
