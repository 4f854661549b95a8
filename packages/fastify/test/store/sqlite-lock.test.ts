import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { callbackAt } from '../support/callback-at.ts'
import type { Answer } from '@gatehouse/tenant/testing'
import { holdLock } from '@gatehouse/test-support/lock-holder'
import { startsSession } from '../support/refused-sign-in.ts'
import { withStoreFile } from '../support/store-file.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ config: { rateLimits: { perAddress: 100_000 } } })
const file = () => join(gatehouse().dataDir, 'sessions.sqlite')

/** Users whose callback has to write into the store. */
async function callbacks(count: number) {
  const people = []
  for (let turn = 0; turn < count; turn += 1) people.push(await callbackAt(gatehouse()))
  return people
}

describe('while another process holds the lock of the SQLite file', () => {
  it('health checks and open sessions are answered before any sign-in that waits for the lock', async () => {
    const open = gatehouse().browser()
    await open.signIn()
    await open.get('/api/me')
    const people = await callbacks(10)
    const release = await holdLock(file())
    const answered: string[] = []
    const note = (name: string) => (answer: Answer) => {
      answered.push(name)
      return answer
    }
    const waiting = people.map(({ send }) => send().then(note('callback')))
    for (let turn = 0; turn < 10; turn += 1) {
      for (const path of ['/healthz', '/api/me', '/api/session']) {
        const answer = await open.get(path).then(note(path))
        expect([path, answer.status]).toEqual([path, 200])
      }
    }
    expect(answered).not.toContain('callback')
    await release()
    for (const answer of await Promise.all(waiting)) {
      expect([answer.status, answer.location, startsSession(answer)]).toEqual([303, '/users', true])
    }
  })

  it('a sign-in waits for two seconds, is 503 and leaves nothing in the store, and works afterwards', async () => {
    const count = () =>
      withStoreFile(gatehouse(), (db) => db.prepare('select id from sessions').all().length)
    const before = count()
    const [person] = await callbacks(1)
    const release = await holdLock(file())
    const answer = await person?.send()
    expect([answer?.status, answer && startsSession(answer)]).toEqual([503, false])
    expect(answer?.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    await release()
    expect(count()).toBe(before)
    expect((await person?.browser.signIn())?.location).toBe('/')
  })

  it('waiting work is done in its order of arrival', async () => {
    const store = await openStore(`sqlite:${file()}`, Date.now)
    const release = await holdLock(file())
    const order: number[] = []
    const works = Array.from({ length: 120 }, (_, turn) =>
      store.oneTimeKeys.consume(`order ${turn}`, 1000).then(() => order.push(turn)),
    )
    await release()
    await Promise.all(works)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    await store.close()
  })

  it('the store opens as soon as the lock is free, and does not block the event loop meanwhile', async () => {
    const release = await holdLock(file())
    let turns = 0
    const timer = setInterval(() => (turns += 1), 10)
    const opening = openStore(`sqlite:${file()}`, Date.now)
    await expect.poll(() => turns, { interval: 5 }).toBeGreaterThan(10)
    clearInterval(timer)
    await release()
    await (await opening).close()
  })

  it('a store that was refused leaves no file open', { tags: ['thorough'] }, async () => {
    const release = await holdLock(file())
    const open = () => readdirSync('/dev/fd').length
    await openStore(`sqlite:${file()}`, Date.now).catch(() => undefined)
    const before = open()
    for (let turn = 0; turn < 2; turn += 1) {
      await openStore(`sqlite:${file()}`, Date.now).catch(() => undefined)
    }
    expect(open()).toBeLessThanOrEqual(before)
    await release()
  })

  it('the store is refused with a sentence if the lock is held for longer', async () => {
    const release = await holdLock(file())
    await expect(openStore(`sqlite:${file()}`, Date.now)).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringMatching(
        /cannot be opened \(SQLITE_BUSY: another process keeps it locked\)$/,
      ) as unknown,
    })
    await release()
  })
})
