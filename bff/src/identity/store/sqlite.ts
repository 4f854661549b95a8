import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError, type SessionStore, type StoredRecord } from './store.ts'

const schema = `
  create table if not exists sessions (
    id text primary key, version integer not null, sealed blob not null, expires_at integer not null
  ) without rowid;
  create table if not exists session_indexes (
    entry text not null, id text not null references sessions (id) on delete cascade,
    primary key (entry, id)
  ) without rowid;
  create index if not exists session_indexes_by_id on session_indexes (id);
  create table if not exists spent (
    key text primary key, expires_at integer not null
  ) without rowid;
  create index if not exists sessions_by_expiry on sessions (expires_at);
  create index if not exists spent_by_expiry on spent (expires_at);
`

/** Expired rows go this often, milliseconds. They are refused from the moment they expire. */
const sweepEveryMs = 60_000

/**
 * Sessions in one SQLite file (`node:sqlite`), shared by the processes of one machine.
 *
 * @param path the database file; made with mode 0600 in a folder of mode 0700
 * @param now milliseconds since the epoch
 * @throws StoreError where the file cannot be opened, or is no database
 */
export function openSqliteStore(path: string, now: () => number): SessionStore {
  const db = openDatabase(path)
  const statements = prepare(db)
  sweep(statements, now())
  // A sweep that fails is tried again a minute later; requests meet the same fault and report it.
  const timer = setInterval(() => {
    attempt(() => sweep(statements, now())).catch(() => undefined)
  }, sweepEveryMs)
  timer.unref()

  return {
    create: (record) =>
      attempt(() => {
        transaction(db, () => {
          statements.create.run(record.id, record.version, record.sealed, record.expiresAt)
          for (const entry of record.indexes) statements.addIndex.run(entry, record.id)
        })
      }),
    read: (id) => attempt(() => toRecord(statements.read.get(id, now()), statements)),
    replace: (record) =>
      attempt(() => {
        const { id, version, sealed, expiresAt } = record
        return statements.replace.run(version, sealed, expiresAt, id, version - 1).changes === 1
      }),
    remove: (id) => attempt(() => void statements.remove.run(id)),
    find: (index) =>
      attempt(() => statements.find.all(index, now()).map((row) => String(row['id']))),
    spend: (key, ttlMs) =>
      attempt(() => {
        const at = now()
        return statements.spend.run(key, at + ttlMs, at).changes === 1
      }),
    ping: () => attempt(() => void statements.ping.get()),
    close: async () => {
      clearInterval(timer)
      if (db.isOpen) db.close()
    },
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Made before SQLite opens it: the -wal and -shm files copy the database file's mode.
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    const db = new DatabaseSync(path, { timeout: 2000 })
    db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;')
    db.exec(schema)
    return db
  } catch (error) {
    throw new StoreError(`The session store ${path} cannot be opened`, { cause: error })
  }
}

function prepare(db: DatabaseSync) {
  return {
    create: db.prepare(
      'insert into sessions (id, version, sealed, expires_at) values (?, ?, ?, ?)',
    ),
    addIndex: db.prepare('insert or ignore into session_indexes (entry, id) values (?, ?)'),
    indexes: db.prepare('select entry from session_indexes where id = ?'),
    read: db.prepare('select * from sessions where id = ? and expires_at > ?'),
    replace: db.prepare(
      'update sessions set version = ?, sealed = ?, expires_at = ? where id = ? and version = ?',
    ),
    remove: db.prepare('delete from sessions where id = ?'),
    find: db.prepare(
      `select s.id from session_indexes i join sessions s using (id)
       where i.entry = ? and s.expires_at > ?`,
    ),
    // A mark that has expired may be taken again; a live one may not.
    spend: db.prepare(
      `insert into spent (key, expires_at) values (?, ?)
       on conflict (key) do update set expires_at = excluded.expires_at where spent.expires_at <= ?`,
    ),
    sweepSessions: db.prepare('delete from sessions where expires_at <= ?'),
    sweepSpent: db.prepare('delete from spent where expires_at <= ?'),
    ping: db.prepare('select 1 from sessions limit 1'),
  }
}

type Statements = ReturnType<typeof prepare>

function sweep(statements: Statements, at: number): void {
  statements.sweepSessions.run(at)
  statements.sweepSpent.run(at)
}

function toRecord(row: Record<string, unknown> | undefined, statements: Statements) {
  if (!row) return undefined
  const { id, version, sealed, expires_at: expiresAt } = row
  const wellFormed =
    typeof id === 'string' && typeof version === 'number' && typeof expiresAt === 'number'
  if (!wellFormed || !(sealed instanceof Uint8Array)) return undefined
  const indexes = statements.indexes.all(id).map((entry) => String(entry['entry']))
  return { id, version, sealed, expiresAt, indexes } satisfies StoredRecord
}

function transaction(db: DatabaseSync, work: () => void): void {
  db.exec('begin immediate')
  try {
    work()
    db.exec('commit')
  } catch (error) {
    db.exec('rollback')
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
