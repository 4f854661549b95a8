import { existsSync } from 'node:fs'
import { openSqliteStore } from './sqlite.ts'
import { type Store, type StoreAccess, StoreError } from './store.ts'

export type { StoreAccess } from './store.ts'

/**
 * The store that a `STORE_URL` names: `sqlite:<path of the file>`, `redis://…`, `rediss://…`,
 * `redis+cluster://…` or `redis+sentinel://…`.
 *
 * @throws StoreError if the address has no known form, or the store cannot be opened
 */
export async function openStore(
  storeUrl: string,
  now: () => number,
  access?: StoreAccess,
): Promise<Store> {
  if (storeUrl.startsWith('sqlite:')) return openSqliteStore(storeUrl.slice('sqlite:'.length), now)
  if (/^rediss?(?:\+(?:cluster|sentinel))?:\/\//.test(storeUrl)) {
    // Its client takes 40 ms to load, which a server with SQLite does not need.
    const { openRedisStore } = await import('./redis.ts')
    return openRedisStore(storeUrl, now, access)
  }
  throw new StoreError('STORE_URL must start with sqlite:, redis:// or rediss://')
}

/**
 * For a command that must not make a store: its file would be empty, and belong to whoever ran the command.
 *
 * @returns the file of a SQLite store that is not there; undefined if it is, and for Redis
 */
export function missingFile(storeUrl: string): string | undefined {
  if (!storeUrl.startsWith('sqlite:')) return undefined
  const path = storeUrl.slice('sqlite:'.length)
  return existsSync(path) ? undefined : path
}
