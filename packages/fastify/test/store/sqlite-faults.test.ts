import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { Answer, Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startsSession } from '../support/refused-sign-in.ts'
import { runServer, startServer } from '../support/server-process.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const nobody = 65_534
// Gives the tenant and the configuration. The servers below are processes of their own.
const gatehouse = useTestApp()

let folders = 0
function freshFolder(): string {
  folders += 1
  const folder = join(gatehouse().dataDir, `store-${folders}`)
  mkdirSync(folder)
  return folder
}

const environment = (folder: string) => ({
  ...gatehouse().environment,
  DATA_DIR: folder,
  STORE_URL: `sqlite:${join(folder, 'sessions.sqlite')}`,
  LOG_LEVEL: 'silent',
})

/** A closed file with sessions. */
async function usedFile(folder: string): Promise<string> {
  const server = await startServer(environment(folder))
  for (let turn = 0; turn < 20; turn += 1) await server.browser().signIn()
  await server.kill()
  const path = join(folder, 'sessions.sqlite')
  const db = new DatabaseSync(path)
  db.exec('pragma journal_mode = delete')
  db.close()
  return path
}

const remedy = 'Check DATA_DIR, or STORE_URL if it is set, and that this user may write there.'
const refusal = new RegExp(`^The session store \\S+ cannot be opened \\([^\\n]+\\)\\n${remedy}\\n$`)

/** Starts a process on this folder. @returns its exit code and its output */
async function boot(folder: string): Promise<[number | null, string]> {
  const server = await runServer(environment(folder))
  return [await server.exit, server.said()]
}

describe('a SQLite file that cannot be used', () => {
  it('is refused at boot with a sentence if its header is damaged', async () => {
    const folder = freshFolder()
    const path = await usedFile(folder)
    const bytes = readFileSync(path)
    writeFileSync(path, Buffer.concat([Buffer.from('no database'), bytes.subarray(11)]))
    expect(await boot(folder)).toEqual([1, expect.stringMatching(refusal)])
  })

  it(
    'is refused at boot with a sentence if its pages are damaged',
    { tags: ['thorough'] },
    async () => {
      const folder = freshFolder()
      const path = await usedFile(folder)
      const bytes = readFileSync(path)
      bytes.fill(0xa5, 4096)
      writeFileSync(path, bytes)
      expect(await boot(folder)).toEqual([1, expect.stringMatching(refusal)])
    },
  )

  it('is refused at boot with a sentence if it is read-only', { tags: ['thorough'] }, async () => {
    const folder = freshFolder()
    const path = await usedFile(folder)
    const config = join(folder, 'aad.config.json')
    copyFileSync(gatehouse().environment['AAD_CONFIG'] ?? '', config)
    writeFileSync(
      join(folder, 'session-key'),
      Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64'),
    )
    chmodSync(path, 0o400)
    chmodSync(gatehouse().dataDir, 0o755)
    if (process.getuid?.() === 0) {
      for (const name of ['', 'sessions.sqlite', 'aad.config.json', 'session-key']) {
        chownSync(join(folder, name), nobody, nobody)
      }
    }
    const server = await runServer({ ...environment(folder), AAD_CONFIG: config }, { uid: nobody })
    expect(await server.exit).toBe(1)
    expect(server.said()).toMatch(refusal)
    expect(server.said()).toContain('(EACCES')
  })
})

describe('a disk that is full', () => {
  it('serves users who are signed in, refuses new ones, and leaves the process alive', async () => {
    const server = await startServer(environment(freshFolder()), { fileLimitKb: 256 })
    const signedIn: Browser[] = []
    let refused: Answer | undefined
    for (let turn = 0; turn < 60 && !refused; turn += 1) {
      const browser = server.browser()
      const answer = await browser.signIn()
      if (startsSession(answer)) signedIn.push(browser)
      else refused = answer
    }
    expect(signedIn.length).toBeGreaterThan(1)
    expect([refused?.status, refused?.setCookies.length]).toEqual([503, 1])
    expect(refused?.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    for (const browser of signedIn) expect((await browser.get('/api/me')).status).toBe(200)
    expect((await server.browser().get('/healthz')).status).toBe(200)
    // Each leaves something smaller than a session, until that does not fit either.
    for (let turn = 0; turn < 20; turn += 1) await server.browser().signIn()
    // Which of the two is the file system's choice.
    const ready = await server.browser().get('/readyz')
    expect([ready.status, ready.text]).toEqual([200, expect.stringMatching(/"store_(full|disk)"/)])
    const [first] = signedIn
    const extended = await first?.post('/api/session/extend')
    if (extended && extended.status !== 200) expectProblem(extended, 503, 'unavailable')
    await server.kill()
  })
})

describe('a process that is killed while it writes', () => {
  it(
    'leaves a file that the next process opens, with every session that was answered',
    { tags: ['thorough'] },
    async () => {
      const folder = freshFolder()
      let server = await startServer(environment(folder))
      const answered: Browser[] = []
      const people = Array.from({ length: 6 }, async () => {
        for (;;) {
          const browser = server.browser()
          const done = await browser.signIn().catch(() => undefined)
          if (!done) return
          if (startsSession(done)) answered.push(browser)
        }
      })
      await expect.poll(() => answered.length, { timeout: 10_000 }).toBeGreaterThan(30)
      await server.kill()
      await Promise.all(people)
      server = await startServer(environment(folder))
      const statuses = await Promise.all(
        answered.map(async (browser) => (await server.browser(browser).get('/api/me')).status),
      )
      expect(new Set(statuses)).toEqual(new Set([200]))
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  )
})
