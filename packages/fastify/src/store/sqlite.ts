/** Sessions in one SQLite file (`node:sqlite`), shared by the processes of one machine. */
import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BusyQueue } from './sqlite-busy.ts'
import {
  type Changes,
  type FoundRecord,
  type Store,
  type StoredRecord,
  StoreError,
  unreadable,
  unreadableFound,
} from './store.ts'
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Expired rows go this often, milliseconds. They are refused from the moment they expire. */
const sweepEveryMs = 60_000
/** Rows that go in one statement: about 5 ms. After a day without a sweep there may be 100,000. */
const sweptAtOnce = 500

/**
 * @param path the database file; made with mode 0600 in a folder of mode 0700
 * @param now milliseconds since the epoch
 * @throws StoreError where the file cannot be opened, or is no database
 */
export async function openSqliteStore(path: string, now: () => number): Promise<Store> {
  const queue = new BusyQueue()
  const db = await openDatabase(path, queue)
  const opened = () => ({ statements: prepare(db), changes: watchFile(db, now) })
  const { statements, changes } = await orClosed(() => queue.run(opened))

  /** Runs a statement; whatever SQLite throws leaves as a `StoreError`. */
  async function attempt<T>(work: () => T): Promise<T> {
    try {
      return await queue.run(work)
    } catch (error) {
      throw new StoreError('The session store did not answer', { cause: error })
    }
  }

  /** What has to work before the store is of use; a database that is not used is closed. */
  async function orClosed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await orUnusable(path, work)
    } catch (error) {
      db.close()
      throw error
    }
  }

  async function sweep(): Promise<void> {
    for (const statement of statements.sweep) {
      while (db.isOpen && (await queue.run(() => statement.run(now()).changes)) === sweptAtOnce) {
        await nextTurn()
      }
    }
  }

  await orClosed(sweep)
  // A sweep that fails is tried again a minute later; requests meet the same fault and report it.
  const timer = setInterval(() => void sweep().catch(() => undefined), sweepEveryMs).unref()

  return {
    sessions: {
      create: (record, { entries, lastsUntil }) =>
        attempt(() =>
          transaction(db, () => {
            statements.create.run(...columns(record), record.id)
            for (const entry of entries) statements.addIndex.run(entry, record.id, lastsUntil)
          }),
        ),
      read: (id) => attempt(() => toRecord(statements.read.get(id, now()))),
      replace: (record, index) => {
        const replace = () =>
          statements.replace.run(...columns(record), record.id, record.version - 1).changes === 1
        if (!index) return attempt(replace)
        return attempt(() =>
          transaction(db, () => {
            const replaced = replace()
            // Entries of a record that is gone would be found by nobody, and kept for hours.
            for (const entry of replaced ? index.entries : []) {
              statements.addIndex.run(entry, record.id, index.lastsUntil)
            }
            return replaced
          }),
        )
      },
      remove: (id) =>
        attempt(() =>
          transaction(db, () => {
            statements.remove.run(id)
            statements.removeIndex.run(id)
          }),
        ),
      find: (entry) => attempt(() => statements.find.all(entry, now()).flatMap(toFound)),
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
    changes,
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
    removeIndex: db.prepare('delete from indexes where id = ?'),
    find: db.prepare(
      `select s.id, s.summary, s.expires_at, i.expires_at as lasts_until
       from indexes i join sessions s on s.id = i.id where i.entry = ? and s.expires_at > ?`,
    ),
    // A mark that has expired may be taken again; a live one may not.
    mark: db.prepare(
      `insert into marks (key, owner, expires_at) values (?, ?, ?)
       on conflict (key) do update set owner = excluded.owner, expires_at = excluded.expires_at
       where marks.expires_at <= ?`,
    ),
    unmark: db.prepare('delete from marks where key = ? and owner = ?'),
    // Entries first: without their session, nothing leads to them any more.
    sweep: [
      `delete from indexes where (entry, id) in (
         select i.entry, i.id from sessions s join indexes i on i.id = s.id
         where s.expires_at <= ? limit ${sweptAtOnce})`,
      `delete from indexes where (entry, id) in (
         select entry, id from indexes where expires_at <= ? limit ${sweptAtOnce})`,
      `delete from sessions where id in (
         select id from sessions where expires_at <= ? limit ${sweptAtOnce})`,
      `delete from marks where key in (
         select key from marks where expires_at <= ? limit ${sweptAtOnce})`,
    ].map((statement) => db.prepare(statement)),
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

function toFound(row: Record<string, unknown>): FoundRecord[] {
  const { id, summary, expires_at: expiresAt, lasts_until: lastsUntil } = row
  if (typeof id !== 'string' || typeof lastsUntil !== 'number') return []
  return typeof expiresAt === 'number' && summary instanceof Uint8Array
    ? [{ id, summary, expiresAt, lastsUntil }]
    : [unreadableFound(id, lastsUntil)]
}

function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate')
  try {
    const result = work()
    db.exec('commit')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

const schema = `
  create table if not exists sessions (
    id text primary key, version integer not null, sealed blob not null, summary blob not null,
    expires_at integer not null
  ) without rowid;
  create table if not exists indexes (
    entry text not null, id text not null, expires_at integer not null, primary key (entry, id)
  ) without rowid;
  create table if not exists marks (
    key text primary key, owner text not null, expires_at integer not null
  ) without rowid;
  create index if not exists indexes_by_id on indexes (id);
  create index if not exists sessions_by_expiry on sessions (expires_at);
  create index if not exists indexes_by_expiry on indexes (expires_at);
  create index if not exists marks_by_expiry on marks (expires_at);
`

/**
 * Opens the file, and makes it where it is missing: mode 0600, in a folder of mode 0700.
 *
 * @throws StoreError where it cannot be opened or written, or is no database
 */
function openDatabase(path: string, queue: BusyQueue): Promise<DatabaseSync> {
  return orUnusable(path, async () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Made before SQLite opens it: the -wal and -shm files copy the database file's mode. Never opened if
    // it is there: closing it would drop the locks that this process has on it (POSIX fcntl).
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
    else closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
    // Without a busy timeout: the event loop never waits for a lock, the queue does.
    const db = new DatabaseSync(path, { timeout: 0 })
    try {
      await queue.run(() => {
        // A deleted session has to be gone: secure_delete overwrites what is deleted.
        db.exec(
          'pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on;',
        )
        db.exec(schema)
      })
      return db
    } catch (error) {
      db.close()
      throw error
    }
  })
}

/** Does what has to work for a file to be of use. @throws StoreError with a sentence where it does not */
async function orUnusable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StoreError(`The session store ${path} cannot be opened (${reason})`, { cause: error })
  }
}

// How a process learns what the others wrote into the same file.

/** Asking costs 3 µs, a tenth of a request: this often is soon enough (milliseconds). */
const askEveryMs = 5

/**
 * `PRAGMA data_version` changes when another connection has committed to the file, and only then
 * (sqlite.org/pragma.html#pragma_data_version).
 */
function watchFile(db: DatabaseSync, now: () => number): Changes {
  const statement = db.prepare('pragma data_version')
  const listeners: ((id?: string) => void)[] = []
  let version: unknown = statement.get()?.['data_version']
  let askedAt = 0
  let blindSince: number | undefined

  function ask(): void {
    try {
      const current: unknown = statement.get()?.['data_version']
      if (current !== version) for (const listener of listeners) listener()
      version = current
      blindSince = undefined
    } catch {
      blindSince ??= now()
    }
  }

  return {
    watch: (listener) => void listeners.push(listener),
    blindSince: () => {
      const at = performance.now()
      if (at - askedAt >= askEveryMs) {
        askedAt = at
        ask()
      }
      return blindSince
    },
  }
}
