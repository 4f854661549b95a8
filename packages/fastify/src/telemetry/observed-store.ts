/** A session store with a span and a duration for each operation. */
import { SpanKind } from '@opentelemetry/api'
import type { Store } from '../store/store.ts'
import { record } from './metrics.ts'
import { errorType, inSpan, secondsSince } from './spans.ts'

/** @param storeUrl says which database it is; nothing else of it is read */
export function observedStore(store: Store, storeUrl: string): Store {
  const system = storeUrl.startsWith('sqlite:') ? 'sqlite' : 'redis'

  async function observed<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const attributes = { 'db.system.name': system, 'db.operation.name': operation }
    const startedAt = performance.now()
    let type: string | undefined
    try {
      return await inSpan(`${operation} ${system}`, work, { kind: SpanKind.CLIENT, attributes })
    } catch (error) {
      type = errorType(error)
      throw error
    } finally {
      const outcome = type === undefined ? attributes : { ...attributes, 'error.type': type }
      record('db.client.operation.duration', secondsSince(startedAt), outcome)
    }
  }

  const { sessions, oneTimeKeys } = store
  return {
    invalidations: store.invalidations,
    ping: () => observed('ping', () => store.ping()),
    checkWrite: () => observed('check_write', () => store.checkWrite()),
    close: () => store.close(),
    sessions: {
      create: (...of) => observed('create', () => sessions.create(...of)),
      read: (id) => observed('read', () => sessions.read(id)),
      replace: (...of) => observed('replace', () => sessions.replace(...of)),
      remove: (id) => observed('remove', () => sessions.remove(id)),
      find: (entry) => observed('find', () => sessions.find(entry)),
    },
    oneTimeKeys: {
      consume: (...of) => observed('consume', () => oneTimeKeys.consume(...of)),
      lock: (...of) => observed('lock', () => oneTimeKeys.lock(...of)),
    },
  }
}
