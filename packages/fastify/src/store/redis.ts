/** Sessions in Redis or Valkey, shared by any number of machines. */
import { randomUUID } from 'node:crypto'
import { connectRedis, type RedisConnection } from './redis-connection.ts'
import {
  type FoundRecord,
  type IndexWrite,
  type Store,
  type StoredRecord,
  StoreError,
  unreadable,
  unreadableFound,
} from './store.ts'

// A record as one Redis value: version, expiry, summary, sealed.

/** The version in front, in fixed width, so that a script can compare it without parsing. */
const versionPrefix = {
  length: 8,
  of: (version: number) => version.toString(16).padStart(8, '0'),
}

const expiryAt = versionPrefix.length
const summaryLengthAt = expiryAt + 8
const headerLength = summaryLengthAt + 2

/** So much of a value holds header and summary of most records: about 140 bytes for each session key. */
const usualHeadBytes = 512

/** How many bytes of a value header and summary take; undefined if it is too short to tell. */
function headBytesOf(value: Buffer): number | undefined {
  if (value.length < headerLength) return undefined
  return headerLength + value.readUInt16BE(summaryLengthAt)
}

export function encodeValue({ version, expiresAt, summary, sealed }: StoredRecord): Buffer {
  const header = Buffer.alloc(headerLength)
  header.write(versionPrefix.of(version), 'latin1')
  header.writeDoubleBE(expiresAt, expiryAt)
  header.writeUInt16BE(summary.length, summaryLengthAt)
  return Buffer.concat([header, summary, sealed])
}

/** Undefined where the value is of another form. */
export function decodeValue(id: string, value: Buffer): StoredRecord | undefined {
  if (value.length < headerLength) return undefined
  const version = Number.parseInt(value.toString('latin1', 0, expiryAt), 16)
  const expiresAt = value.readDoubleBE(expiryAt)
  const sealedAt = headerLength + value.readUInt16BE(summaryLengthAt)
  if (!Number.isFinite(version) || !Number.isFinite(expiresAt) || sealedAt > value.length) {
    return undefined
  }
  const summary = value.subarray(headerLength, sealedAt)
  return { id, version, expiresAt, summary, sealed: value.subarray(sealedAt) }
}

// One key a record, so that a cluster may put them anywhere; no script touches two.
const recordKey = (id: string) => `gatehouse:session:${id}`
/** A sorted set a user or Entra session: ids by the moment when their sessions end. */
const indexKey = (entry: string) => `gatehouse:index:${entry}`
const markKey = (kind: string, key: string) => `gatehouse:${kind}:${key}`

/** Compare-and-set: the value's first bytes are its version. */
const replaceScript = `
  if redis.call('GETRANGE', KEYS[1], 0, ${versionPrefix.length - 1}) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`

/**
 * One more entry, the ended ones out; a key of another type makes room. All in one, so that no set
 * is ever without a time to live. It lives as long as the entry that lasts longest.
 */
const addToIndexScript = `
  local kind = redis.call('TYPE', KEYS[1]).ok
  if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
  end
  return 1`

const unlockScript = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  return redis.call('DEL', KEYS[1])`

/**
 * @param url `redis://` or `rediss://`, with credentials where the server wants them
 * @param now milliseconds since the epoch
 * @throws StoreError where the server does not answer within two seconds
 */
export async function openRedisStore(url: string, now: () => number): Promise<Store> {
  const redis = await connectRedis(url, now, (key) => key.slice(recordKey('').length))

  /** Redis counts in its own time; a time to live of less than a millisecond would be an error. */
  const ttl = (until: number) => Math.max(Math.ceil(until - now()), 1)

  async function addToIndex(id: string, { entries, lastsUntil }: IndexWrite): Promise<void> {
    const values = [now(), lastsUntil, id, ttl(lastsUntil)].map(String)
    for (const entry of entries) {
      await redis.run((client) =>
        client.eval(addToIndexScript, { keys: [indexKey(entry)], arguments: values }),
      )
    }
  }

  return {
    sessions: {
      create: async (record, index) => {
        const expiration = { type: 'PX', value: ttl(record.expiresAt) } as const
        const reply = await redis.run((client) =>
          client.set(recordKey(record.id), encodeValue(record), { condition: 'NX', expiration }),
        )
        if (reply === null) throw new StoreError('A session of this id is there already')
        // The record first: `find` takes an entry without one away. If this fails, nobody gets the
        // cookie, and what was written opens for nobody.
        await addToIndex(record.id, index)
      },
      read: (id) => readRecord(redis, id, now()),
      replace: async (record, index) => {
        if (index) await addToIndex(record.id, index)
        const keys = [recordKey(record.id)]
        const life = String(ttl(record.expiresAt))
        const values = [versionPrefix.of(record.version - 1), encodeValue(record), life]
        const reply = await redis.run((client) =>
          client.eval(replaceScript, { keys, arguments: values }),
        )
        return reply === 1
      },
      remove: async (id) => {
        await redis.run((client) => client.del(recordKey(id)))
      },
      find: async (entry) => {
        const members = await redis.run((client) =>
          orIfWrongType(client.zRangeByScoreWithScores(indexKey(entry), `(${now()}`, '+inf'), []),
        )
        const found = await Promise.all(
          members.map(({ value, score }) => findRecord(redis, String(value), score)),
        )
        const ended = members.filter((_member, at) => found[at] === undefined)
        if (ended.length > 0) {
          const ids = ended.map(({ value }) => value)
          await redis.run((client) => client.zRem(indexKey(entry), ids))
        }
        return found
          .filter((record) => record !== undefined)
          .filter(({ expiresAt }) => expiresAt > now())
      },
    },
    marks: {
      spend: (key, ttlMs) => mark(redis, markKey('spent', key), '1', ttlMs),
      lock: async (key, ttlMs) => {
        const owner = randomUUID()
        const keys = [markKey('lock', key)]
        if (!(await mark(redis, keys[0] ?? '', owner, ttlMs))) return undefined
        return async () => {
          await redis.run((client) => client.eval(unlockScript, { keys, arguments: [owner] }))
        }
      },
    },
    changes: redis.changes,
    ping: async () => {
      await redis.run((client) => client.ping())
    },
    close: () => redis.close(),
  }
}

/** In place of a value of another type: one byte is no record. */
const unusable = Buffer.alloc(1)

async function mark(redis: RedisConnection, key: string, owner: string, ttlMs: number) {
  const options = { condition: 'NX', expiration: { type: 'PX', value: ttlMs } } as const
  return (await redis.run((client) => client.set(key, owner, options))) !== null
}

async function readRecord(
  redis: RedisConnection,
  id: string,
  at: number,
): Promise<StoredRecord | undefined> {
  const value = await redis.run((client) => orIfWrongType(client.get(recordKey(id)), unusable))
  if (value === null) return undefined
  const record = decodeValue(id, Buffer.from(value))
  if (!record) return unreadable(id)
  // The value's own expiry counts as well: a key that lost its time to live is not immortal.
  return record.expiresAt > at ? record : undefined
}

/** What an index shows of a record, without the sealed part; undefined where the record is gone. */
async function findRecord(
  redis: RedisConnection,
  id: string,
  lastsUntil: number,
): Promise<FoundRecord | undefined> {
  const head = async (bytes: number) => {
    const value = await redis.run((client) =>
      orIfWrongType(client.getRange(recordKey(id), 0, bytes - 1), unusable),
    )
    return Buffer.from(value ?? '')
  }
  let value = await head(usualHeadBytes)
  const needed = headBytesOf(value) ?? 0
  if (needed > value.length && value.length === usualHeadBytes) value = await head(needed)
  if (value.length === 0) return undefined
  const record = decodeValue(id, value)
  if (!record) return unreadableFound(id, lastsUntil)
  return { id, summary: record.summary, expiresAt: record.expiresAt, lastsUntil }
}

/** A key of another type is not one of ours, and no failure of the store. */
async function orIfWrongType<T>(reply: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reply
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return otherwise
    throw error
  }
}
