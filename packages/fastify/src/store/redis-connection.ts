/** One connection to Redis: bounded in time, honest when it is down, back by itself. */
import { createClient, RESP_TYPES } from '@redis/client'
import { StoreError, type Changes } from './store.ts'

/** What a request waits for the store at most, milliseconds. */
const operationMs = 2000
/** A link that swallows everything is noticed by pings that do not come back. */
const pingEveryMs = 1000
/** How long a new link may be silent; later every write starts this anew, so it cannot stand in for pings. */
const silentMs = 3000
const maxReconnectDelayMs = 1000

function createBufferClient(url: string) {
  return createClient({
    url,
    RESP: 3,
    // Redis tells us when a key that we read was changed (client-side caching, RESP 3).
    emitInvalidate: true,
    // Commands while disconnected fail at once: a queue would turn an outage into a pile-up.
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

export interface RedisConnection {
  /** @throws StoreError where Redis refuses, or does not answer within two seconds */
  run<T>(command: (client: BufferClient) => Promise<T>): Promise<T>
  changes: Changes
  close(): Promise<void>
}

/** @param idOf the record's id in a key's name */
export async function connectRedis(
  url: string,
  now: () => number,
  idOf: (key: string) => string,
): Promise<RedisConnection> {
  if (!URL.canParse(url)) throw new StoreError('STORE_URL is no address such as redis://host:6379')
  const client = createBufferClient(url)
  const listeners: ((id?: string) => void)[] = []
  let blindSince: number | undefined = now()
  let pulse: NodeJS.Timeout | undefined

  const lost = () => {
    blindSince ??= now()
  }
  client.on('error', lost)
  client.on('end', lost)
  client.on('ready', () => {
    blindSince = undefined
    // What was changed while nobody listened is unknown.
    for (const listener of listeners) listener()
  })
  client.on('invalidate', (key: Buffer | null) => {
    const id = key === null ? undefined : idOf(key.toString())
    for (const listener of listeners) listener(id)
  })

  async function run<T>(command: (connected: BufferClient) => Promise<T>): Promise<T> {
    try {
      return await within(operationMs, command(client))
    } catch (error) {
      throw new StoreError('The session store did not answer', { cause: error })
    }
  }

  /** Gives up a link that answers nothing, though it is open, and makes another. */
  async function feelPulse(): Promise<void> {
    try {
      if (client.isReady) await within(operationMs, client.ping())
    } catch (error) {
      if (error instanceof LateError && pulse !== undefined) {
        lost()
        client.destroy()
        // It tries again by itself until it is through; there is nothing to wait for here.
        client.connect().catch(lost)
      }
    }
    pulse?.refresh()
  }

  try {
    await within(operationMs, client.connect())
  } catch (error) {
    client.destroy()
    throw new StoreError(`The session store at ${originOf(url)} does not answer`, { cause: error })
  }

  pulse = setTimeout(() => void feelPulse(), pingEveryMs).unref()

  return {
    run,
    changes: {
      watch: (listener) => void listeners.push(listener),
      blindSince: () => blindSince,
    },
    close: async () => {
      clearTimeout(pulse)
      pulse = undefined
      if (client.isReady) await within(operationMs, client.close()).catch(() => client.destroy())
      else if (client.isOpen) client.destroy()
    },
  }
}

class LateError extends Error {}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new LateError(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Without the credentials that the address may hold. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
