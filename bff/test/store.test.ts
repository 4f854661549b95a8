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
import { describe, expect, it } from 'vitest'
import { openStore } from '../src/identity/store/open.ts'
import { startGatehouse } from './support/gatehouse.ts'
import { storeBehaviour } from './support/store-behaviour.ts'

storeBehaviour('sqlite', async (now) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
  const address = `sqlite:${join(folder, 'sessions.sqlite')}`
  const store = openStore(address, now)
  const others = [store]
  return {
    store,
    second: () => {
      const other = openStore(address, now)
      others.push(other)
      return other
    },
    dispose: async () => {
      await Promise.all(others.map((one) => one.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
})

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
  try {
    work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the files of the sqlite store', () => {
  it('TS08 are their owner’s alone, whatever the umask', async () => {
    const mask = process.umask(0)
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'))
    try {
      const store = openStore(`sqlite:${join(folder, 'deep/er/sessions.sqlite')}`, Date.now)
      await store.spend('key', 1000)
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

  it('TS08 are tightened where a file was there with a wider mode', () => {
    inFolder((folder) => {
      const path = join(folder, 'sessions.sqlite')
      writeFileSync(path, '')
      chmodSync(path, 0o666)
      void openStore(`sqlite:${path}`, Date.now).close()
      expect(statSync(path).mode & 0o777).toBe(0o600)
    })
  })

  it('TS01 hold no token, no user name, no object id and no claim in the clear', async () => {
    const app = await startGatehouse()
    try {
      const browser = app.browser()
      await browser.signIn()
      await browser.get('/api/users')
      const [user] = app.tenant.users
      const graphCall = app.tenant.journal.entries().find(({ endpoint }) => endpoint === 'users')
      const token = String(graphCall?.headers['authorization']).replace('Bearer ', '')
      const needles = [
        'eyJ',
        token,
        token.slice(0, 40),
        'refresh',
        'accessToken',
        'preferred_username',
        'Bearer',
        user?.userPrincipalName,
        user?.id,
        user?.givenName,
        app.tenant.tenantId,
        (await browser.cookie('session')) ?? '',
        'https://',
        '1.A',
      ]
      const files = readdirSync(app.dataDir).filter((name) => name.startsWith('sessions.'))
      expect(files.length).toBeGreaterThan(0)
      const content = files
        .map((name) => readFileSync(join(app.dataDir, name), 'latin1'))
        .join('\n')
      expect(content.length).toBeGreaterThan(4000)
      for (const needle of needles)
        expect([needle, content.includes(String(needle))]).toEqual([needle, false])
    } finally {
      await app.close()
    }
  })
})

describe('a store that cannot be opened', () => {
  it.each([
    ['another kind', () => 'redis-ish://localhost'],
    [
      'a file that is no database',
      (folder: string) => {
        writeFileSync(join(folder, 'text'), 'no database, but text '.repeat(100))
        return `sqlite:${join(folder, 'text')}`
      },
    ],
    ['a folder', (folder: string) => `sqlite:${folder}`],
  ])('is refused with a sentence: %s', (_what, address) => {
    inFolder((folder) => {
      expect(() => openStore(address(folder), Date.now)).toThrow(/STORE_URL must|cannot be opened/)
    })
  })
})
