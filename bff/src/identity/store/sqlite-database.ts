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
import { DatabaseSync } from 'node:sqlite'
import type { BusyQueue } from './sqlite-busy.ts'
import { StoreError } from './store.ts'

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
export function openDatabase(path: string, queue: BusyQueue): Promise<DatabaseSync> {
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
export async function orUnusable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StoreError(`The session store ${path} cannot be opened (${reason})`, { cause: error })
  }
}
