/** Reads the app's store directly, not through the app. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'

/** Does something with the database file while the app uses it too. */
export function withStoreFile<T>({ dataDir }: Gatehouse, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(dataDir, 'sessions.sqlite'), { timeout: 2000 })
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** How many session records are in the store, expired ones too. */
export function sessionCount(gatehouse: Gatehouse): number {
  return withStoreFile(gatehouse, (db) => db.prepare('select id from sessions').all().length)
}
