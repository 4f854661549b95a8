/** Another process that holds the write lock of a SQLite file, such as a backup or a person with a shell. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const script = `
  const { DatabaseSync } = require('node:sqlite')
  const db = new DatabaseSync(process.argv[1], { timeout: 5000 })
  db.exec('begin exclusive')
  process.stdout.write('held')
  process.stdin.once('data', () => { db.exec('rollback'); db.close(); process.exit(0) })
`

/** Resolves once the lock is held. @returns what lets it go again */
export async function holdLock(path: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['-e', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return async () => {
    const gone = once(child, 'exit')
    child.stdin.end('release')
    await gone
  }
}
