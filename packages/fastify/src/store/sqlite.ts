/** Sessions in one SQLite file (`node:sqlite`), shared by the processes of one machine. */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BusyQueue } from './sqlite-busy.ts'
import { explainSqliteFailure, sqliteReason } from './sqlite-failure.ts'
import { openDatabase, openOrThrow, rememberFile, transaction, watchFile } from './sqlite-file.ts'
import {
  type FoundRecord,
  type OneTimeKeys,
  type SessionStore,
  type Store,
  type StoredRecord,
  StoreError,
  unreadable,
  unreadableFound,
} from './store.ts'

/** How often expired rows are deleted, milliseconds. They are refused from the moment they expire. */
const sweepEveryMs = 60_000
/** Rows that one statement deletes, in about 5 ms. After a day without a sweep there may be 100,000. */
const sweepBatchSize = 500

/** An open file, and how to work on it. */
interface OpenFile {
  db: DatabaseSync
  statements: Statements
  now: () => number
  /** Runs statements once the file is free. @throws StoreError for anything that SQLite throws */
  asStoreError<T>(work: () => T): Promise<T>
}

/**
 * @param path the database file; created with mode 0600 in a folder of mode 0700
 * @param now milliseconds since the epoch
 * @throws StoreError if the file cannot be opened, or is no database
 */
export async function openSqliteStore(path: string, now: () => number): Promise<Store> {
  const queue = new BusyQueue()
  const db = await openDatabase(path, queue)

  /** A part of opening. If it fails, the database is closed. */
  async function orClosed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await openOrThrow(path, work)
    } catch (error) {
      db.close()
      throw error
    }
  }

  const prepared = () => ({ statements: prepare(db), invalidations: watchFile(db, now) })
  const { statements, invalidations } = await orClosed(() => queue.run(prepared))
  const checkFile = await orClosed(() => rememberFile(path))
  const sweepAll = () => sweep({ db, statements, now }, queue)
  await orClosed(sweepAll)
  // A sweep that fails is tried again a minute later; requests meet the same fault and report it.
  const timer = setInterval(() => void sweepAll().catch(() => undefined), sweepEveryMs).unref()

  const asStoreError = async <T>(work: () => T): Promise<T> => {
    try {
      return await queue.run(work)
    } catch (error) {
      throw new StoreError(`The session store did not answer (${explainSqliteFailure(error)})`, {
        cause: error,
        reason: sqliteReason(error),
      })
    }
  }
  const file = { db, statements, now, asStoreError }
  return {
    sessions: createSessionStore(file),
    oneTimeKeys: createOneTimeKeys(file),
    invalidations,
    ping: () => asStoreError(() => void statements.ping.get()),
    checkWrite: async () => {
      await asStoreError(() => void statements.take.run('check', '', now() + 10_000, Infinity))
      await checkFile()
    },
    close: async () => {
      clearInterval(timer)
      if (db.isOpen) db.close()
    },
  }
}

function createSessionStore({ db, statements, now, asStoreError }: OpenFile): SessionStore {
  return {
    create: (record, { entries, lastsUntil }) =>
      asStoreError(() =>
        transaction(db, () => {
          statements.create.run(...columns(record), record.id)
          return entries.map((entry) => {
            statements.addIndex.run(entry, record.id, lastsUntil)
            return Number(statements.count.get(entry, now())?.['entries'])
          })
        }),
      ),
    read: (id) => asStoreError(() => toRecord(statements.read.get(id, now()))),
    replace: (record, index) => {
      const replace = () =>
        statements.replace.run(...columns(record), record.id, record.version - 1).changes === 1
      if (!index) return asStoreError(replace)
      return asStoreError(() =>
        transaction(db, () => {
          const replaced = replace()
          // Entries of a record that is gone would lead nowhere, and be kept for hours.
          for (const entry of replaced ? index.entries : []) {
            statements.addIndex.run(entry, record.id, index.lastsUntil)
          }
          return replaced
        }),
      )
    },
    remove: (id) =>
      asStoreError(() =>
        transaction(db, () => {
          statements.remove.run(id)
          statements.removeIndex.run(id)
        }),
      ),
    find: (entry) => asStoreError(() => statements.find.all(entry, now()).flatMap(toFound)),
  }
}

function createOneTimeKeys({ statements, now, asStoreError }: OpenFile): OneTimeKeys {
  /** @returns false if the key is live */
  function take(key: string, owner: string, ttlMs: number): boolean {
    const at = now()
    return statements.take.run(key, owner, at + ttlMs, at).changes === 1
  }

  return {
    consume: (key, ttlMs) => asStoreError(() => take(`spent:${key}`, '', ttlMs)),
    lock: (key, ttlMs) =>
      asStoreError(() => {
        const owner = randomUUID()
        if (!take(`lock:${key}`, owner, ttlMs)) return undefined
        return () => asStoreError(() => void statements.release.run(`lock:${key}`, owner))
      }),
  }
}

async function sweep(
  { db, statements, now }: Pick<OpenFile, 'db' | 'statements' | 'now'>,
  queue: BusyQueue,
): Promise<void> {
  for (const statement of statements.sweep) {
    while (db.isOpen && (await queue.run(() => statement.run(now()).changes)) === sweepBatchSize) {
      await nextTurn()
    }
  }
}

type Statements = ReturnType<typeof prepare>

function prepare(db: DatabaseSync) {
  return {
    create: db.prepare(
      'insert into sessions (version, sealed, summary, expires_at, id) values (?, ?, ?, ?, ?)',
    ),
    addIndex: db.prepare('insert or replace into indexes (entry, id, expires_at) values (?, ?, ?)'),
    read: db.prepare('select * from sessions where id = ? and expires_at > ?'),
    replace: db.prepare(
      `update sessions set version = ?, sealed = ?, summary = ?, expires_at = ?
       where id = ? and version = ?`,
    ),
    remove: db.prepare('delete from sessions where id = ?'),
    removeIndex: db.prepare('delete from indexes where id = ?'),
    find: db.prepare(
      `select s.id, s.summary, s.expires_at, i.expires_at as lasts_until
       from indexes i join sessions s on s.id = i.id where i.entry = ? and s.expires_at > ?`,
    ),
    count: db.prepare('select count(*) as entries from indexes where entry = ? and expires_at > ?'),
    // An expired key may be taken again, a live one not.
    take: db.prepare(
      `insert into marks (key, owner, expires_at) values (?, ?, ?)
       on conflict (key) do update set owner = excluded.owner, expires_at = excluded.expires_at
       where marks.expires_at <= ?`,
    ),
    release: db.prepare('delete from marks where key = ? and owner = ?'),
    // Entries first: they are found by their session.
    sweep: [
      `delete from indexes where (entry, id) in (
         select i.entry, i.id from sessions s join indexes i on i.id = s.id
         where s.expires_at <= ? limit ${sweepBatchSize})`,
      `delete from indexes where (entry, id) in (
         select entry, id from indexes where expires_at <= ? limit ${sweepBatchSize})`,
      `delete from sessions where id in (
         select id from sessions where expires_at <= ? limit ${sweepBatchSize})`,
      `delete from marks where key in (
         select key from marks where expires_at <= ? limit ${sweepBatchSize})`,
    ].map((statement) => db.prepare(statement)),
    ping: db.prepare('select 1 from sessions limit 1'),
  }
}

function columns({ version, sealed, label, expiresAt }: StoredRecord) {
  return [version, sealed, label, Math.ceil(expiresAt)] as const
}

function toRecord(row: Record<string, unknown> | undefined): StoredRecord | undefined {
  if (!row) return undefined
  const { id, version, sealed, summary: label, expires_at: expiresAt } = row
  if (typeof id !== 'string') return undefined
  const wellFormed = typeof version === 'number' && typeof expiresAt === 'number'
  if (!wellFormed || !(sealed instanceof Uint8Array) || !(label instanceof Uint8Array)) {
    return unreadable(id)
  }
  return { id, version, sealed, label, expiresAt }
}

function toFound(row: Record<string, unknown>): FoundRecord[] {
  const { id, summary: label, expires_at: expiresAt, lasts_until: lastsUntil } = row
  if (typeof id !== 'string' || typeof lastsUntil !== 'number') return []
  return typeof expiresAt === 'number' && label instanceof Uint8Array
    ? [{ id, label, expiresAt, lastsUntil }]
    : [unreadableFound(id, lastsUntil)]
}
