import { storageName } from '@gatehouse/react'

const key = storageName('reloaded-at')

/** A failure that repeats so soon after a reload has another cause, in ms. */
const soonMs = 30_000

/**
 * Reloads the tab when the code of a page cannot be fetched: the server was updated while the tab was
 * open, and the files have other names now.
 *
 * @returns never: the tab reloads
 * @throws the failure, if a reload has not helped, without a connection, or without `sessionStorage`,
 * where the reload could not be remembered
 */
export function reloadOnce(failure: unknown): Promise<never> {
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
