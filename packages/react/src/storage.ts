import { useEffect } from 'react'
import { basePath } from './safe-address.ts'
import { useSession } from './session/session.ts'

/**
 * The name of an entry that this app stores in the browser, or of a channel. Apps under paths of one host share what
 * the browser stores for it, so the name begins with the path: `/people:theme`. Without a path it is the name itself.
 */
export function storageName(name: string): string {
  return basePath === '' ? name : `${basePath}:${name}`
}

/** An entry that this tab keeps over a reload; undefined also in a browser that blocks storage. @param name of `storageName` */
export function readTabEntry(name: string): string | undefined {
  try {
    return sessionStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

/** In a browser that blocks storage, or whose storage is full, nothing is kept, and nothing fails. */
export function writeTabEntry(name: string, value: string): void {
  attempt(() => sessionStorage.setItem(name, value))
}

export function removeTabEntry(name: string): void {
  attempt(() => sessionStorage.removeItem(name))
}

/** What `storageName` makes for an app under a path. */
const underPath = /^(?:\/[a-z0-9][a-z0-9._-]*)+:/

/** Whether an entry is this app's. An app without a path leaves what the others have named as theirs. */
function isOwn(name: string): boolean {
  return basePath === '' ? !underPath.test(name) : name.startsWith(storageName(''))
}

/**
 * Empties what this origin stores in the browser when the user signs out, in every open tab: local and
 * session storage, databases and caches. The next person at this computer finds nothing of the last one.
 *
 * A page does it, and not `Clear-Site-Data: "storage"`: that header spares nothing, and its `"cache"` makes
 * the sign-out wait until Chrome has gone through everything that it has cached of every site.
 *
 * An app under a path removes only what `storageName` has named: it cannot tell whose the rest is.
 *
 * @param keep keys of local storage that belong to the computer and not to the user, such as a theme; as they are stored
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
  attempt(() => removeOwn(sessionStorage))
  attempt(() => removeOwn(localStorage, keep))
  attempt(async () => {
    for (const { name } of await indexedDB.databases())
      if (name && isOwn(name)) indexedDB.deleteDatabase(name)
  })
  attempt(async () => {
    for (const name of await caches.keys()) if (isOwn(name)) await caches.delete(name)
  })
}

function removeOwn(storage: Storage, keep: readonly string[] = []): void {
  const names = Object.keys(storage).filter((name) => isOwn(name) && !keep.includes(name))
  for (const name of names) storage.removeItem(name)
}

function attempt(work: () => unknown): void {
  void (async () => work())().catch(() => undefined)
}
