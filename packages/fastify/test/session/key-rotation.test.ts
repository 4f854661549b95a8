import { randomBytes } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { storeKinds } from '@gatehouse/test-support/tier'
import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rotateKeys } from '../../src/auth/key-rotation.ts'
import { load, ownTenant } from '../support/config-folder.ts'
import { mountVolume, type MountedVolume } from '../support/mounted-volume.ts'

const key = () => randomBytes(32).toString('base64')

describe.each(storeKinds)('on %s, session keys that are replaced in their file', (store) => {
  let gatehouse: Gatehouse
  let volume: MountedVolume
  const [oldKey, newKey] = [key(), key()]

  beforeEach(async () => {
    volume = mountVolume({ keys: oldKey })
    const env = { SESSION_KEYS_FILE: volume.pathOf('keys') }
    gatehouse = await startGatehouse({ store, env })
  })
  afterEach(async () => {
    await gatehouse.close()
    volume.remove()
  })

  const lines = (text: string) => gatehouse.logs.filter((line) => line.includes(text))

  /** Waits until the app has read the file again. */
  async function logged(text: string, count = 1): Promise<void> {
    await expect.poll(() => lines(text).length, { timeout: 10_000 }).toBe(count)
  }

  async function signedIn() {
    const browser = gatehouse.browser()
    await browser.signIn()
    expect((await browser.get('/api/me')).status).toBe(200)
    return browser
  }

  it('sign no one out: old cookies open, and are sealed again by the new key after three minutes', async () => {
    const browser = await signedIn()
    const old = await browser.cookieHeader()
    volume.replace({ keys: `${newKey},${oldKey}` })
    await logged('open cookies; the new first one seals in three minutes')
    expect((await browser.get('/api/me')).setCookies).toEqual([])
    gatehouse.advance(3 * 60_000)
    await logged('keys of the file are in force')
    const answer = await browser.get('/api/me')
    expect([answer.status, answer.setCookies.length]).toEqual([200, 1])
    const fresh = await browser.cookieHeader()
    expect(fresh).not.toBe(old)
    expect((await browser.get('/api/me')).setCookies).toEqual([])

    volume.replace({ keys: newKey })
    await logged('keys of the file are in force', 2)
    const after = gatehouse.browser()
    expect((await after.send('/api/me', { cookie: fresh })).status).toBe(200)
    expectProblem(await after.send('/api/me', { cookie: old }), 401, 'sign_in_required')
  })

  it('open what an instance that has them in force already seals', async () => {
    volume.replace({ keys: `${newKey},${oldKey}` })
    await logged('open cookies; the new first one seals in three minutes')
    const ahead = await gatehouse.startSecondInstance()
    const browser = ahead.browser()
    await browser.signIn()
    const cookie = await browser.cookieHeader()
    expect((await gatehouse.browser().send('/api/me', { cookie })).status).toBe(200)
  })

  it('seal at once if the old key is gone from the file, and what it sealed opens no more', async () => {
    const browser = await signedIn()
    volume.replace({ keys: newKey })
    await logged('keys of the file are in force')
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
    expect((await browser.signIn()).location).toBe('/')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('let sessions of before be listed and ended', async () => {
    const before = await signedIn()
    volume.replace({ keys: `${newKey},${oldKey}` })
    await logged('seals in three minutes')
    gatehouse.advance(3 * 60_000)
    await logged('keys of the file are in force')
    const browser = await signedIn()
    const { sessions } = (await browser.get('/api/sessions')).json() as OwnSessions
    expect(sessions).toHaveLength(2)
    const other = sessions.find(({ current }) => !current)
    const remove = { method: 'DELETE', headers: { 'x-csrf': '1' } } as const
    await browser.send(`/api/sessions/${other?.id}`, remove)
    expect((await before.get('/api/me')).status).toBe(401)

    // An instance that has never had the old key lists it: its entries are the new key's as well.
    volume.replace({ keys: newKey })
    const cookie = await browser.cookieHeader()
    const later = (await gatehouse.startSecondInstance()).browser()
    const answer = await later.send('/api/sessions', { cookie })
    expect((answer.json() as OwnSessions).sessions).toHaveLength(1)
    await later.signIn()
    expect(((await later.get('/api/sessions')).json() as OwnSessions).sessions).toHaveLength(2)
  })

  it('stay as they are if the new file is broken, which is logged once and without its content', async () => {
    const browser = await signedIn()
    const broken = `${newKey},c2hvcnQtczNjcjN0`
    volume.replace({ keys: broken })
    await logged('the keys of before stay in force')
    expect((await browser.get('/api/me')).status).toBe(200)
    expect((await gatehouse.browser().signIn()).location).toBe('/')
    volume.replace({ keys: '' })
    await logged('has an empty file; the keys of before stay in force')
    // Read at least twice more.
    await sleep(2_500)
    expect(lines('the keys of before stay in force')).toHaveLength(2)
    expect(lines('s3cr3t').concat(lines(newKey))).toEqual([])
    volume.replace({ keys: newKey })
    await logged('keys of the file are in force')
    expect((await browser.get('/api/me')).status).toBe(401)
  })
})

describe('in production, a new file of session keys', () => {
  it('is not taken over while others can read it', async () => {
    const volume = mountVolume({ keys: key() })
    const file = volume.pathOf('keys')
    const env = { NODE_ENV: 'production', SESSION_KEYS: '', SESSION_KEYS_FILE: file }
    const config = load(ownTenant, env)
    const logs: string[] = []
    const { log } = Fastify({ logger: { stream: { write: (line) => void logs.push(line) } } })
    const applied: (readonly Buffer[])[] = []
    const apply = (keys: readonly Buffer[]) => Promise.resolve(void applied.push(keys))
    const keys = config.sessionKeys
    const rotation = rotateKeys({ config, keys, apply, log, now: Date.now, pollMs: 10 })
    try {
      const next = key()
      volume.replace({ keys: next }, 0o644)
      await expect.poll(() => logs.join('')).toContain('names a file that others can read')
      expect(applied).toEqual([])
      chmodSync(file, 0o600)
      await expect.poll(() => applied).toEqual([[Buffer.from(next, 'base64')]])
    } finally {
      rotation?.close()
      volume.remove()
    }
  })
})
