/** One connection to Redis: every command is bounded in time, and a lost connection comes back by itself. */
import { createClient, ErrorReply, RESP_TYPES } from '@redis/client'
import { TimeoutError, withTimeout } from '../with-timeout.ts'
import { explainRedisFailure } from './redis-failure.ts'
import { StoreError, type Invalidations } from './store.ts'

/** How long a request waits for the store at most, milliseconds. */
const operationMs = 2000
/** Pings notice a connection that swallows everything, milliseconds. */
const pingEveryMs = 1000
/** How long a new connection may be silent, milliseconds. Every write starts this anew, so pings are needed too. */
const silentMs = 3000
const maxReconnectDelayMs = 1000

function createBufferClient(url: string) {
  return createClient({
    url,
    RESP: 3,
    // Redis reports when a key that we read has changed (client-side caching, RESP 3).
    emitInvalidate: true,
    // Commands fail at once while disconnected: a queue would grow as long as the outage lasts.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: operationMs,
      socketTimeout: silentMs,
      reconnectStrategy: (retries) =>
        Math.min(50 * 2 ** Math.min(retries, 10), maxReconnectDelayMs),
    },
  }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
}

type BufferClient = ReturnType<typeof createBufferClient>

export class RedisConnection {
  /** What has changed in the store, as Redis reports it. */
  readonly invalidations: Invalidations
  readonly #client: BufferClient
  readonly #listeners: ((id?: string) => void)[] = []
  readonly #now: () => number
  #disconnectedSince: number | undefined
  #pingTimer: NodeJS.Timeout | undefined

  /** The client tries again by itself, and reports each failure only as an event. */
  lastError: unknown

  constructor(client: BufferClient, now: () => number, idOf: (key: string) => string) {
    this.#client = client
    this.#now = now
    this.#disconnectedSince = now()
    this.invalidations = {
      subscribe: (listener) => void this.#listeners.push(listener),
      disconnectedSince: () => this.#disconnectedSince,
    }
    client.on('error', (error: unknown) => {
      this.lastError = error
      this.#onDisconnect()
    })
    client.on('end', () => this.#onDisconnect())
    client.on('ready', () => {
      this.lastError = undefined
      this.#disconnectedSince = undefined
      // Changes that came in the meantime are unknown.
      this.#report(undefined)
    })
    client.on('invalidate', (key: Buffer | null) =>
      this.#report(key === null ? undefined : idOf(key.toString())),
    )
  }

  /** Begins to check the connection, once it is open. */
  startPings(): void {
    this.#pingTimer = setTimeout(() => void this.#checkConnection(), pingEveryMs).unref()
  }

  /** @throws StoreError if Redis refuses, or does not answer within two seconds */
  async run<T>(command: (client: BufferClient) => Promise<T>): Promise<T> {
    try {
      return await withTimeout(operationMs, command(this.#client))
    } catch (error) {
      const cause = error instanceof ErrorReply ? error : (this.lastError ?? error)
      const why = explainRedisFailure(cause) ?? 'did not answer'
      throw new StoreError(`The session store ${why}`, { cause })
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#pingTimer)
    this.#pingTimer = undefined
    const client = this.#client
    if (client.isReady) {
      await withTimeout(operationMs, client.close()).catch(() => client.destroy())
    } else if (client.isOpen) client.destroy()
  }

  #onDisconnect(): void {
    this.#disconnectedSince ??= this.#now()
  }

  #report(id: string | undefined): void {
    for (const listener of this.#listeners) listener(id)
  }

  /** Replaces a connection that is open and does not answer. */
  async #checkConnection(): Promise<void> {
    const client = this.#client
    try {
      if (client.isReady) await withTimeout(operationMs, client.ping())
    } catch (error) {
      if (error instanceof TimeoutError && this.#pingTimer !== undefined) {
        this.#onDisconnect()
        client.destroy()
        // The client tries until it succeeds, so this does not wait.
        client.connect().catch(() => this.#onDisconnect())
      }
    }
    this.#pingTimer?.refresh()
  }
}

/**
 * @param idOf the record's id in a key's name
 * @throws StoreError if the server does not answer within two seconds
 */
export async function connectRedis(
  url: string,
  now: () => number,
  idOf: (key: string) => string,
): Promise<RedisConnection> {
  if (!URL.canParse(url)) throw new StoreError('STORE_URL is no address such as redis://host:6379')
  const client = createBufferClient(url)
  const connection = new RedisConnection(client, now, idOf)
  try {
    await withTimeout(operationMs, client.connect())
  } catch (error) {
    client.destroy()
    const cause = connection.lastError ?? error
    const why = explainRedisFailure(cause) ?? 'does not answer'
    throw new StoreError(`The session store at ${originOf(url)} ${why}`, { cause })
  }
  connection.startPings()
  return connection
}

/** Without the credentials that the address may hold. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
