/** Code that is gone: the server was updated while this tab was open, and its files have other names now. */

const key = 'loaded-again-at'
/** What fails again so soon after loading the tab again is no update, milliseconds. */
const soonMs = 30_000

/**
 * Loads the tab again, once: the new page knows the new names.
 *
 * @returns never, while the tab is being loaded. @throws the failure, where that has not helped, where
 * there is no connection, or where this browser keeps nothing to remember it by
 */
export function loadAgain(failure: unknown): Promise<never> {
  if (!navigator.onLine || !isFirst()) throw failure
  window.location.reload()
  return new Promise(() => undefined)
}

function isFirst(): boolean {
  try {
    const last = Number(sessionStorage.getItem(key))
    sessionStorage.setItem(key, String(Date.now()))
    return !(Math.abs(Date.now() - last) < soonMs)
  } catch {
    return false
  }
}
