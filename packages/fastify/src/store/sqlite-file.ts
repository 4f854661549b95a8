/** The file of the SQLite store: opens it, makes its tables, and notices what other processes write into it. */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { BusyQueue } from './sqlite-busy.ts'
import { explainSqliteFailure } from './sqlite-failure.ts'
import { type Invalidations, StoreError } from './store.ts'

/**
 * The column `summary` holds a record's label, and the table `marks` one-time keys: existing files have these names.
 * Sessions are in the order in which they came. With `without rowid`, as in older files, their long rows lie in the order of
 * their random ids, and each sign-in divides a page. The sealed record comes last, because it is longer than a page: what
 * comes after it is found by reading it.
 */
const schema = `
  create table if not exists sessions (
    id text primary key not null, version integer not null, summary blob not null,
    expires_at integer not null, sealed blob not null
  );
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
 * Opens the file, or creates it: mode 0600, in a folder of mode 0700.
 *
 * @throws StoreError if it cannot be opened or written, or is no database
 */
export function openDatabase(path: string, queue: BusyQueue): Promise<DatabaseSync> {
  return openOrThrow(path, async () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Created before SQLite opens it: the -wal and -shm files copy the database file's mode. An existing
    // file is not opened here: closing it would drop the locks that this process has on it (POSIX fcntl).
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
    else closeSync(openSync(path, 'a', 0o600))
    // No busy timeout: the queue waits for locks, the event loop never does.
    const db = new DatabaseSync(path, { timeout: 0 })
    try {
      await queue.run(() => {
        // Refuses another file, whose mode is not ours to change.
        db.exec('pragma schema_version')
        for (const file of [path, `${path}-wal`, `${path}-shm`]) {
          if (existsSync(file)) chmodSync(file, 0o600)
        }
        // A deleted session must be gone: secure_delete overwrites what is deleted.
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

/** Does a part of opening the store. @throws StoreError with a sentence about the file */
export async function openOrThrow<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = explainSqliteFailure(error)
    throw new StoreError(`The session store ${path} cannot be opened (${reason})`, { cause: error })
  }
}

/**
 * Remembers which file is at the path. A file that is removed or replaced while it is open goes on to work: for this process
 * alone, and until it ends.
 *
 * @returns throws a StoreError if another file, or none, is there
 */
export async function rememberFile(path: string): Promise<() => Promise<void>> {
  const idOf = async () => {
    const { dev, ino } = await stat(path, { bigint: true })
    return `${dev}:${ino}`
  }
  const opened = await idOf()
  return async () => {
    // A folder that cannot be read is told by what is written.
    const found = await idOf().catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? undefined : opened,
    )
    if (found === opened) return
    throw new StoreError(
      `The session store ${path} was removed or replaced while it was open: its sessions are lost at the next start, and other processes do not see them. Restart the app`,
      { reason: 'moved' },
    )
  }
}

export function transaction<T>(db: DatabaseSync, work: () => T): T {
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

/** Asking costs 3 µs, a tenth of a request. This often is soon enough (milliseconds). */
const askEveryMs = 5

/**
 * Reports what other processes wrote into the file. `PRAGMA data_version` changes when another connection
 * has committed, and only then (sqlite.org/pragma.html#pragma_data_version).
 */
export function watchFile(db: DatabaseSync, now: () => number): Invalidations {
  const statement = db.prepare('pragma data_version')
  const listeners: ((id?: string) => void)[] = []
  let version: unknown = statement.get()?.['data_version']
  let askedAt = 0
  let disconnectedSince: number | undefined

  function ask(): void {
    try {
      const current: unknown = statement.get()?.['data_version']
      if (current !== version) for (const listener of listeners) listener()
      version = current
      disconnectedSince = undefined
    } catch {
      disconnectedSince ??= now()
    }
  }

  return {
    subscribe: (listener) => void listeners.push(listener),
    disconnectedSince: () => {
      const at = performance.now()
      if (at - askedAt >= askEveryMs) {
        askedAt = at
        ask()
      }
      return disconnectedSince
    },
  }
}
