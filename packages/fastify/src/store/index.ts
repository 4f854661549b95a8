import { openSqliteStore } from './sqlite.ts'
import { StoreError, type Store } from './store.ts'

/**
 * The store that a `STORE_URL` names: `sqlite:<path of the file>`, `redis://…` or `rediss://…`.
 *
 * @throws StoreError if the address has no known form, or the store cannot be opened
 */
export async function openStore(storeUrl: string, now: () => number): Promise<Store> {
  if (storeUrl.startsWith('sqlite:')) return openSqliteStore(storeUrl.slice('sqlite:'.length), now)
  if (/^rediss?:\/\//.test(storeUrl)) {
    // A server with SQLite does not load the client.
    const { openRedisStore } = await import('./redis.ts')
    return openRedisStore(storeUrl, now)
  }
  throw new StoreError('STORE_URL must start with sqlite:, redis:// or rediss://')
}
