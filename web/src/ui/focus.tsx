import { useEffect } from 'react'

let arrivedAt: string | undefined
let wentBack = false

window.addEventListener('popstate', () => {
  // A jump to another part of the same page is such an event too.
  wentBack = window.location.pathname !== arrivedAt
})

/**
 * What a browser does when a document is loaded, done for a page of this app: the title, the scroll
 * position, and the focus. It stands beside the page inside the same Suspense, so that the page is there.
 */
export function PageArrival({ title, path }: { title: string; path: string }) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`
    const first = arrivedAt === undefined || arrivedAt === path
    arrivedAt = path
    // On Back the browser itself restores the scroll position.
    if (!first && !wentBack) window.scrollTo(0, 0)
    wentBack = false
    if (!first) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
  }, [title, path])
  return null
}
