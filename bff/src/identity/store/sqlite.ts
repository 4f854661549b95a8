/** Sessions in one SQLite file (`node:sqlite`), shared by the processes of one machine. */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { watchFile } from './sqlite-changes.ts'
import { openDatabase, orUnusable } from './sqlite-database.ts'
import { StoreError, unreadable, type Store, type StoredRecord } from './store.ts'

/** Expired rows go this often, milliseconds. They are refused from the moment they expire. */
const sweepEveryMs = 60_000

/**
 * @param path the database file; made with mode 0600 in a folder of mode 0700
 * @param now milliseconds since the epoch
 * @throws StoreError where the file cannot be opened, or is no database
 */
export function openSqliteStore(path: string, now: () => number): Store {
  const db = openDatabase(path)
  const statements = orUnusable(path, () => {
    const prepared = prepare(db)
    sweep(prepared, now())
    return prepared
  })
  // A sweep that fails is tried again a minute later; requests meet the same fault and report it.
  const timer = setInterval(() => {
    attempt(() => sweep(statements, now())).catch(() => undefined)
  }, sweepEveryMs)
  timer.unref()

  return {
    sessions: {
      create: (record, indexes, lastsUntil) =>
        attempt(() => {
          transaction(db, () => {
            statements.create.run(...columns(record), record.id)
            for (const entry of indexes) statements.addIndex.run(entry, record.id, lastsUntil)
          })
        }),
      read: (id) => attempt(() => toRecord(statements.read.get(id, now()))),
      replace: (record) =>
        attempt(
          () =>
            statements.replace.run(...columns(record), record.id, record.version - 1).changes === 1,
        ),
      remove: (id) => attempt(() => void statements.remove.run(id)),
      find: (index) =>
        attempt(() =>
          statements.find
            .all(index, now())
            .map(toRecord)
            .filter((record) => record !== undefined),
        ),
    },
    marks: {
      spend: (key, ttlMs) => attempt(() => mark(statements, `spent:${key}`, '', ttlMs, now())),
      lock: (key, ttlMs) =>
        attempt(() => {
          const owner = randomUUID()
          if (!mark(statements, `lock:${key}`, owner, ttlMs, now())) return undefined
          return () => attempt(() => void statements.unmark.run(`lock:${key}`, owner))
        }),
    },
    changes: watchFile(db, now),
    ping: () => attempt(() => void statements.ping.get()),
    close: async () => {
      clearInterval(timer)
      if (db.isOpen) db.close()
    },
  }
}

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
    find: db.prepare(
      `select s.* from indexes i join sessions s on s.id = i.id
       where i.entry = ? and s.expires_at > ?`,
    ),
    // A mark that has expired may be taken again; a live one may not.
    mark: db.prepare(
      `insert into marks (key, owner, expires_at) values (?, ?, ?)
       on conflict (key) do update set owner = excluded.owner, expires_at = excluded.expires_at
       where marks.expires_at <= ?`,
    ),
    unmark: db.prepare('delete from marks where key = ? and owner = ?'),
    sweep: ['sessions', 'indexes', 'marks'].map((table) =>
      db.prepare(`delete from ${table} where expires_at <= ?`),
    ),
    ping: db.prepare('select 1 from sessions limit 1'),
  }
}

type Statements = ReturnType<typeof prepare>

function columns({ version, sealed, summary, expiresAt }: StoredRecord) {
  return [version, sealed, summary, Math.ceil(expiresAt)] as const
}

function mark(
  statements: Statements,
  key: string,
  owner: string,
  ttlMs: number,
  at: number,
): boolean {
  return statements.mark.run(key, owner, at + ttlMs, at).changes === 1
}

function sweep(statements: Statements, at: number): void {
  for (const statement of statements.sweep) statement.run(at)
}

function toRecord(row: Record<string, unknown> | undefined): StoredRecord | undefined {
  if (!row) return undefined
  const { id, version, sealed, summary, expires_at: expiresAt } = row
  if (typeof id !== 'string') return undefined
  const wellFormed = typeof version === 'number' && typeof expiresAt === 'number'
  if (!wellFormed || !(sealed instanceof Uint8Array) || !(summary instanceof Uint8Array)) {
    return unreadable(id)
  }
  return { id, version, sealed, summary, expiresAt }
}

function transaction(db: DatabaseSync, work: () => void): void {
  db.exec('begin immediate')
  try {
    work()
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

/** Runs a statement; whatever SQLite throws leaves as a `StoreError`. */
async function attempt<T>(work: () => T): Promise<T> {
  try {
    return work()
  } catch (error) {
    throw new StoreError('The session store did not answer', { cause: error })
  }
}
