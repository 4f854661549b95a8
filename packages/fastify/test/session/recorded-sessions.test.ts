/** Sessions that earlier versions have stored: an upgrade signs nobody out. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { afterEach, expect, it, vi } from 'vitest'
import { type Recording, recordings } from '../../tools/record-session.ts'

const versions = readdirSync(recordings).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? [])
const { version: current } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
) as { version: string }

afterEach(() => vi.useRealTimers())

it('exist of this version or the one before', () => {
  const [major, minor = 0] = current.split('.').map(Number)
  const near = [`${major}.${minor}.`, `${major}.${minor - 1}.`]
  expect(versions.some((version) => near.some((one) => version.startsWith(one)))).toBe(true)
})

it.each(versions)('of version %s are open, with their tokens', async (version) => {
  const text = readFileSync(join(recordings, `${version}.json`), 'utf8')
  const { recordedAt, cookie, sessionKeys, user } = JSON.parse(text) as Recording
  const folder = mkdtempSync(join(tmpdir(), 'recorded-'))
  cpSync(join(recordings, `${version}.sqlite`), join(folder, 'sessions.sqlite'))
  // The whole process is in the minute after the recording: a store removes what has ended when it is opened, and
  // secure-session reads the time of a seal by the clock of the machine.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(recordedAt) + 60_000 })
  const gatehouse = await startGatehouse({ env: { SESSION_KEYS: sessionKeys, DATA_DIR: folder } })
  try {
    const browser = gatehouse.browser()
    const session = await browser.send('/api/session', { cookie })
    expect(session.json()).toMatchObject({ signedIn: true, user: { name: user } })
    const me = await browser.send('/api/me', { cookie })
    expect(me.json()).toMatchObject({ name: user })
    // Its access token is sent to the API, which belongs to another tenant by now and refuses it.
    const calls = () => gatehouse.tenant.journal.entries().map(({ endpoint }) => endpoint)
    await browser.send('/api/users', { cookie })
    expect(calls()).toContain('users')
  } finally {
    await gatehouse.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
