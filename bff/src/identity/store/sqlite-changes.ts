/** How a process learns what the others wrote into the same file. */
import type { DatabaseSync } from 'node:sqlite'
import type { Changes } from './store.ts'

/** Asking costs 3 µs, a tenth of a request: this often is soon enough (milliseconds). */
const askEveryMs = 5

/**
 * `PRAGMA data_version` changes when another connection has committed to the file, and only then
 * (sqlite.org/pragma.html#pragma_data_version).
 */
export function watchFile(db: DatabaseSync, now: () => number): Changes {
  const statement = db.prepare('pragma data_version')
  const listeners: ((id?: string) => void)[] = []
  let version: unknown = statement.get()?.['data_version']
  let askedAt = 0
  let blindSince: number | undefined

  function ask(): void {
    try {
      const current: unknown = statement.get()?.['data_version']
      if (current !== version) for (const listener of listeners) listener()
      version = current
      blindSince = undefined
    } catch {
      blindSince ??= now()
    }
  }

  return {
    watch: (listener) => void listeners.push(listener),
    blindSince: () => {
      const at = performance.now()
      if (at - askedAt >= askEveryMs) {
        askedAt = at
        ask()
      }
      return blindSince
    },
  }
}
