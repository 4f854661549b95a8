import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { storeBehaviour } from '../support/store-behaviour.ts'

/** Files of earlier versions have the sealed record before the label. */
const earlierTable = `create table sessions (
  id text primary key, version integer not null, sealed blob not null, summary blob not null,
  expires_at integer not null
) without rowid`

for (const [name, table] of [
  ['sqlite', undefined],
  ['sqlite, in a file of an earlier version', earlierTable],
] as const) {
  storeBehaviour(name, async (now) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
    const path = join(folder, 'sessions.sqlite')
    if (table !== undefined) {
      const db = new DatabaseSync(path)
      db.exec(table)
      db.close()
    }
    const [store, second] = [
      await openStore(`sqlite:${path}`, now),
      await openStore(`sqlite:${path}`, now),
    ]
    return {
      store,
      second,
      pass: async () => undefined,
      dispose: async () => {
        await Promise.all([store.close(), second.close()])
        rmSync(folder, { recursive: true, force: true })
      },
    }
  })
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the files of the sqlite store', () => {
  it('are readable by their owner only, with any umask', async () => {
    const mask = process.umask(0)
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
    try {
      const store = await openStore(`sqlite:${join(folder, 'deep/er/sessions.sqlite')}`, Date.now)
      await store.oneTimeKeys.consume('key', 1000)
      const files = readdirSync(join(folder, 'deep/er'))
      expect(files).toEqual(expect.arrayContaining(['sessions.sqlite', 'sessions.sqlite-wal']))
      for (const file of files) {
        expect([file, statSync(join(folder, 'deep/er', file)).mode & 0o777]).toEqual([file, 0o600])
      }
      expect(statSync(join(folder, 'deep/er')).mode & 0o777).toBe(0o700)
      await store.close()
    } finally {
      process.umask(mask)
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('are tightened if a file existed with a wider mode', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'sessions.sqlite')
      writeFileSync(path, '')
      chmodSync(path, 0o666)
      const store = await openStore(`sqlite:${path}`, Date.now)
      await store.close()
      expect(statSync(path).mode & 0o777).toBe(0o600)
    })
  })

  // Windows keeps an open file.
  it.skipIf(process.platform === 'win32')(
    'are missed if they are removed or replaced while open',
    async () => {
      await inFolder(async (folder) => {
        const path = join(folder, 'sessions.sqlite')
        const store = await openStore(`sqlite:${path}`, Date.now)
        await store.checkWrite()
        const moved = expect.objectContaining({ reason: 'moved' })
        rmSync(path)
        await expect(store.checkWrite()).rejects.toEqual(moved)
        writeFileSync(path, '')
        await expect(store.checkWrite()).rejects.toEqual(moved)
        await store.close()
      })
    },
  )
})

describe('a store that cannot be opened', () => {
  it('leaves a folder, and a file of something else, as they are', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'text')
      writeFileSync(file, 'no database')
      for (const [path, mode] of [
        [folder, 0o755],
        [file, 0o644],
      ] as const) {
        chmodSync(path, mode)
        await expect(openStore(`sqlite:${path}`, Date.now)).rejects.toThrow('cannot be opened')
        expect(statSync(path).mode & 0o777).toBe(mode)
      }
      expect(readFileSync(file, 'utf8')).toBe('no database')
    })
  })

  it.each([
    ['another kind', () => 'redis-ish://localhost', /^STORE_URL must/],
    [
      'a file that is not a database',
      (folder: string) => {
        writeFileSync(join(folder, 'text'), 'no database, but text '.repeat(100))
        return `sqlite:${join(folder, 'text')}`
      },
      /cannot be opened \(SQLITE_NOTADB: it is no SQLite database\)$/,
    ],
    [
      'a folder',
      (folder: string) => `sqlite:${folder}`,
      /cannot be opened \(SQLITE_CANTOPEN: it, or a file beside it, cannot be opened\)$/,
    ],
    [
      'a path through a file',
      () => 'sqlite:/dev/null/x.sqlite',
      /cannot be opened \(EEXIST: a part of its path is no folder\)$/,
    ],
    [
      'a server that is not there',
      () => 'redis://user:pass-word@127.0.0.1:9',
      /refuses the connection \(ECONNREFUSED\)$/,
    ],
    ['an address that is none', () => 'redis://127.0.0.1:port', /^STORE_URL is no address/],
  ])('is refused with a sentence: %s', async (_what, address, sentence) => {
    await inFolder(async (folder) => {
      const refusal = openStore(address(folder), Date.now)
      await expect(refusal).rejects.toMatchObject({
        code: 'store_failed',
        message: expect.stringMatching(sentence) as unknown,
      })
      await expect(refusal).rejects.not.toMatchObject({
        message: expect.stringContaining('pass-word'),
      })
    })
  })
})
