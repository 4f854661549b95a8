import { call, storageName } from '@gatehouse/react'
import { api } from '@gatehouse/contract/paths'

const key = storageName('reloaded-at')

/** A failure that repeats so soon after a reload has another cause, in ms. */
const soonMs = 30_000

/**
 * Reloads the tab when the code of a page cannot be fetched: the server was updated while the tab was
 * open, and the files have other names now.
 *
 * @returns never: the tab reloads
 * @throws ApiProblem if the server does not answer
 * @throws the failure, if a reload has not helped, or without `sessionStorage`, where the reload could not be
 * remembered
 */
export async function reloadOnce(failure: unknown): Promise<never> {
  await call(api.session)
  if (!isFirst()) throw failure
  window.location.reload()
  return new Promise(() => undefined)
}

/** Reloads the tab if the server answers. Otherwise the browser would replace the app by a page of its own. */
export function reloadWhenReached(): void {
  call(api.session).then(
    () => window.location.reload(),
    () => undefined,
  )
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
