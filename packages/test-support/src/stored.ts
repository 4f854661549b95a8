/** Reads and changes the app's store directly: the same view of a SQLite file, of a Redis and of a cluster. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient, RESP_TYPES } from '@redis/client'
import { decodeValue, encodeValue } from '../../fastify/src/store/redis/value.ts'
import type { StoredRecord } from '../../fastify/src/store/store.ts'
import type { RedisServer } from './redis.ts'

export type StoreKind = 'sqlite' | 'redis'

/** The ways to reach a Redis make a difference to several instances, and to nothing else. */
export type SharedStoreKind = StoreKind | 'redis cluster' | 'redis with TLS'

export interface Stored {
  records(): Promise<StoredRecord[]>
  /** Overwrites the content of a record, past every check. */
  put(record: StoredRecord): Promise<void>
  remove(id: string): Promise<void>
  /** Removes all index entries, and leaves the records. */
  removeIndexes(): Promise<void>
  /** The number of entries of any kind. */
  size(): Promise<number>
  /** Every byte that the store has on its disk. */
  bytes(): Promise<string>
}

export function storedInFile(path: string): Stored {
  function inFile<T>(work: (db: DatabaseSync) => T): T {
    const db = new DatabaseSync(path, { timeout: 2000 })
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  return {
    records: async () =>
      inFile((db) =>
        db
          .prepare(
            'select id, version, sealed, summary as label, expires_at as expiresAt from sessions',
          )
          .all(),
      ) as unknown as StoredRecord[],
    put: async ({ id, sealed, label }) => {
      inFile((db) =>
        db
          .prepare('update sessions set sealed = ?, summary = ? where id = ?')
          .run(sealed, label, id),
      )
    },
    remove: async (id) =>
      void inFile((db) => db.prepare('delete from sessions where id = ?').run(id)),
    removeIndexes: async () => inFile((db) => db.exec('delete from indexes')),
    size: async () =>
      inFile((db) => {
        const tables = ['sessions', 'indexes', 'marks']
        const counts = tables.map((table) => db.prepare(`select count(*) as n from ${table}`).get())
        return counts.reduce((sum, row) => sum + Number(row?.['n']), 0)
      }),
    bytes: async () => {
      const folder = join(path, '..')
      const names = readdirSync(folder).filter((name) => name.startsWith('sessions.'))
      return names.map((name) => readFileSync(join(folder, name), 'latin1')).join('\n')
    },
  }
}

const recordPrefix = 'gatehouse:session:'

/** @param servers one, or the primaries of a cluster */
export function storedInRedis(...servers: RedisServer[]): Stored {
  const all = servers.map(storedInServer)
  return {
    records: async () => (await Promise.all(all.map((one) => one.records()))).flat(),
    put: async (record) => void (await Promise.all(all.map((one) => one.put(record)))),
    remove: async (id) => void (await Promise.all(all.map((one) => one.remove(id)))),
    removeIndexes: async () => void (await Promise.all(all.map((one) => one.removeIndexes()))),
    size: async () => {
      const sizes = await Promise.all(all.map((one) => one.size()))
      return sizes.reduce((sum, size) => sum + size, 0)
    },
    bytes: async () => (await Promise.all(all.map((one) => one.bytes()))).join('\n'),
  }
}

function storedInServer(redis: RedisServer): Stored {
  async function inRedis<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = createBufferClient(redis.url)
    await client.connect()
    try {
      return await work(client)
    } finally {
      client.destroy()
    }
  }
  return {
    records: () =>
      inRedis(async (client) => {
        const found = await Promise.all(
          (await keys(client, `${recordPrefix}*`)).map(async (key) => {
            const value = await client.get(key)
            return value && decodeValue(key.slice(recordPrefix.length), Buffer.from(value))
          }),
        )
        return found.filter((record) => record !== undefined && record !== null)
      }),
    put: (record) =>
      inRedis(async (client) => {
        const value = encodeValue(record)
        await client.set(`${recordPrefix}${record.id}`, value, { expiration: 'KEEPTTL' })
      }),
    remove: (id) => inRedis(async (client) => void (await client.del(`${recordPrefix}${id}`))),
    removeIndexes: () =>
      inRedis(async (client) => {
        for (const key of await keys(client, 'gatehouse:index:*')) await client.del(key)
      }),
    size: () => inRedis((client) => client.dbSize()),
    bytes: async () => {
      await redis.command('SAVE')
      const files = readdirSync(redis.folder, { recursive: true, withFileTypes: true })
      return files
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
        .join('\n')
    },
  }
}

function createBufferClient(url: string) {
  const client = createClient({ url, RESP: 3, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  return client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
}

type Client = ReturnType<typeof createBufferClient>

async function keys(client: Client, pattern: string): Promise<string[]> {
  return (await client.keys(pattern)).map((key) => key.toString())
}
