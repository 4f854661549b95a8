import { useEffect } from 'react'
import { useSession } from './session.ts'

/**
 * Empties what this origin stores in the browser when the user signs out, in every open tab: local and
 * session storage, databases and caches. The next person at this computer finds nothing of the last one.
 *
 * A page does it, and not `Clear-Site-Data: "storage"`: that header spares nothing, and its `"cache"` makes
 * the sign-out wait until Chrome has gone through everything that it has cached of every site.
 *
 * @param keep keys of local storage that belong to the computer and not to the user, such as a theme
 */
export function useClearStorageOnSignOut(keep: readonly string[]): void {
  const { data } = useSession()
  // A session that has only ended is continued by the same user. Nothing is lost then.
  const signedOut = !data?.signedIn && (data?.reason ?? 'ended') !== 'ended'
  const kept = keep.join('\n')
  useEffect(() => {
    if (signedOut) clearStorage(kept.split('\n'))
  }, [signedOut, kept])
}

/** Removes everything that it can: a browser that blocks storage has none to remove. */
export function clearStorage(keep: readonly string[]): void {
  attempt(() => sessionStorage.clear())
  attempt(() => {
    const keys = Object.keys(localStorage).filter((key) => !keep.includes(key))
    for (const key of keys) localStorage.removeItem(key)
  })
  attempt(async () => {
    for (const { name } of await indexedDB.databases()) if (name) indexedDB.deleteDatabase(name)
  })
  attempt(async () => {
    for (const name of await caches.keys()) await caches.delete(name)
  })
}

function attempt(work: () => unknown): void {
  void (async () => work())().catch(() => undefined)
}
