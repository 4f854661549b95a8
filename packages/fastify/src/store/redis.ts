/** Sessions in Redis or Valkey, shared by any number of machines. */
import { randomUUID } from 'node:crypto'
import { connectRedis, type RedisConnection } from './redis/connection.ts'
import { decodeValue, encodeValue, headBytesOf, versionPrefix } from './redis/value.ts'
import {
  type FoundRecord,
  type IndexWrite,
  type OneTimeKeys,
  type SessionStore,
  type Store,
  type StoreAccess,
  type StoredRecord,
  StoreError,
  unreadable,
  unreadableFound,
} from './store.ts'

/** This much of a value holds header and label of most records: about 140 bytes for each session key. */
const usualHeadBytes = 512

// Each record has one key, and no script uses two: a cluster may put them anywhere.
const recordKey = (id: string) => `gatehouse:session:${id}`
const idOfKey = (key: string) => key.slice(recordKey('').length)
/** A sorted set for each user or Entra session: ids by the time when their sessions end. */
const indexKey = (entry: string) => `gatehouse:index:${entry}`
const oneTimeKey = (kind: 'spent' | 'lock', key: string) => `gatehouse:${kind}:${key}`

/** Compare-and-set: the value's first bytes are its version. */
const replaceScript = `
  if redis.call('GETRANGE', KEYS[1], 0, ${versionPrefix.length - 1}) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`

/**
 * Adds an id to a set, removes the ended ones, and deletes a key of another type. All in one script, so that no
 * set is ever without a time to live. It lives as long as the id that lasts longest. Returns how many there are.
 */
const addToIndexScript = `
  local kind = redis.call('TYPE', KEYS[1]).ok
  if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
  end
  return redis.call('ZCARD', KEYS[1])`

const checkWriteScript = `return redis.call('SET', KEYS[1], '', 'PX', ARGV[1])`

const unlockScript = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  return redis.call('DEL', KEYS[1])`

/**
 * @param url see `parseRedisAddress`, with credentials if the server wants them
 * @param now milliseconds since the epoch
 * @throws StoreError if the server does not answer within five seconds
 */
export async function openRedisStore(
  url: string,
  now: () => number,
  access?: StoreAccess,
): Promise<Store> {
  const { redis, close } = await connectRedis(url, now, idOfKey, access)
  return {
    sessions: createSessionStore(redis, now),
    oneTimeKeys: createOneTimeKeys(redis),
    invalidations: redis.invalidations,
    ping: () => redis.ping(),
    checkWrite: () => checkWrite(redis),
    close,
  }
}

let writeChecks = 0

/** One command that has what sessions need: a script, a write and a time to live. */
async function checkWrite(redis: RedisConnection): Promise<void> {
  // A number for each, so that the checks go round the nodes of a cluster.
  writeChecks = (writeChecks + 1) % 64
  const options = { keys: [`gatehouse:check:${writeChecks}`], arguments: ['10000'] }
  await redis.checkCoverage()
  await redis.run((client) => client.eval(checkWriteScript, options))
}

function createSessionStore(redis: RedisConnection, now: () => number): SessionStore {
  /** Redis counts in its own time. A time to live of less than a millisecond would be an error. */
  const ttl = (until: number) => Math.max(Math.ceil(until - now()), 1)

  /** @returns how many records each entry leads to */
  function addToIndex(id: string, { entries, lastsUntil }: IndexWrite): Promise<number[]> {
    const values = [now(), lastsUntil, id, ttl(lastsUntil)].map(String)
    return Promise.all(
      entries.map(async (entry) =>
        Number(
          await redis.run((client) =>
            client.eval(addToIndexScript, { keys: [indexKey(entry)], arguments: values }),
          ),
        ),
      ),
    )
  }

  return {
    create: async (record, index) => {
      const expiration = { type: 'PX', value: ttl(record.expiresAt) } as const
      const reply = await redis.run((client) =>
        client.set(recordKey(record.id), encodeValue(record), { condition: 'NX', expiration }),
      )
      if (reply === null) throw new StoreError('A session with this id exists already')
      // The record first: `find` removes an entry without one. If this fails, no browser gets the cookie,
      // so nothing opens what was written.
      return addToIndex(record.id, index)
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
    find: (entry) => findRecords(redis, entry, now),
  }
}

function createOneTimeKeys(redis: RedisConnection): OneTimeKeys {
  /** @returns false if the key exists */
  async function take(key: string, owner: string, ttlMs: number): Promise<boolean> {
    const options = { condition: 'NX', expiration: { type: 'PX', value: ttlMs } } as const
    return (await redis.run((client) => client.set(key, owner, options))) !== null
  }
  return {
    consume: (key, ttlMs) => take(oneTimeKey('spent', key), '1', ttlMs),
    lock: async (key, ttlMs) => {
      const owner = randomUUID()
      const lockKey = oneTimeKey('lock', key)
      if (!(await take(lockKey, owner, ttlMs))) return undefined
      return async () => {
        await redis.run((client) =>
          client.eval(unlockScript, { keys: [lockKey], arguments: [owner] }),
        )
      }
    },
  }
}

/** In place of a value of another type: one byte is no record. */
const unusable = Buffer.alloc(1)

async function readRecord(
  redis: RedisConnection,
  id: string,
  at: number,
): Promise<StoredRecord | undefined> {
  const value = await redis.run((client) => orIfWrongType(client.get(recordKey(id)), unusable))
  if (value === null) return undefined
  const record = decodeValue(id, Buffer.from(value))
  if (!record) return unreadable(id)
  // The value's own expiry counts as well: a key may have lost its time to live.
  return record.expiresAt > at ? record : undefined
}

/** The live records of an index. Entries whose record is gone are removed. */
async function findRecords(
  redis: RedisConnection,
  entry: string,
  now: () => number,
): Promise<FoundRecord[]> {
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
  return found.filter((record) => record !== undefined).filter(({ expiresAt }) => expiresAt > now())
}

/** What an index shows of a record, without the sealed part; undefined if the record is gone. */
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
  return { id, label: record.label, expiresAt: record.expiresAt, lastsUntil }
}

/** A key of another type is not one of ours. It is no failure of the store. */
async function orIfWrongType<T>(reply: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reply
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return otherwise
    throw error
  }
}
