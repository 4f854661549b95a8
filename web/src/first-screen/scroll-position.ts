/**
 * Keeps the scroll position across a reload, and on Back from another site. A browser restores it while the document
 * loads; the app draws its page after that. It is kept with the entry of the history, and nowhere else.
 */

/** How long a page is waited for, in ms. What makes it longer after that is something new. */
const waitMs = 10_000

/** What a reader does who is somewhere else already. */
const inputs = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const

export function keepScrollPosition(): void {
  // Older browsers do without.
  if (!('navigation' in window)) return
  restore(Number(navigation.currentEntry?.getState() ?? 0))
  window.addEventListener('scrollend', () =>
    navigation.updateCurrentEntry({ state: Math.round(window.scrollY) }),
  )
}

/** Scrolls there as soon as the document is that long. @param top px */
function restore(top: number): void {
  if (!top) return
  const growth = new ResizeObserver(() => {
    if (document.documentElement.scrollHeight - window.innerHeight < top) return
    window.scrollTo(0, top)
    growth.disconnect()
  })
  growth.observe(document.body)
  const stop = () => growth.disconnect()
  setTimeout(stop, waitMs)
  for (const input of inputs) window.addEventListener(input, stop, { once: true, passive: true })
}
