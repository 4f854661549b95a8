import { StoreError, type SessionStore } from './store.ts'
import { openSqliteStore } from './sqlite.ts'

/**
 * The store that a `STORE_URL` names: `sqlite:<path of the file>`.
 *
 * @throws StoreError where the address is of no known kind, or the store cannot be opened
 */
export function openStore(storeUrl: string, now: () => number): SessionStore {
  if (storeUrl.startsWith('sqlite:')) return openSqliteStore(storeUrl.slice('sqlite:'.length), now)
  throw new StoreError('STORE_URL must start with sqlite:')
}
