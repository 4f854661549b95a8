/** The behaviour of a session store, in servers of Redis that a test starts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/store/store.ts'
import { storeBehaviour } from './store-behaviour.ts'

interface StartedServers {
  /** Opens a connection. */
  open(): Promise<Store>
  /** Ends the servers and removes their files, after all connections were closed. */
  dispose(): Promise<void>
}

/** @param start starts servers of their own on each call; connections use the given clock */
export function redisBehaviour(
  name: string,
  start: (now: () => number) => Promise<StartedServers>,
): void {
  storeBehaviour(name, async (now) => {
    const servers = await start(now)
    const [store, second] = [await servers.open(), await servers.open()]
    return {
      store,
      second,
      pass: (ms) => sleep(ms),
      dispose: async () => {
        await Promise.all([store.close(), second.close()])
        await servers.dispose()
      },
    }
  })
}
