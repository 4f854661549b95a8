import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Session } from '../../src/session/cache.ts'
import type { SessionRecord } from '../../src/session/record.ts'
import type { Sessions } from '../../src/session/sessions.ts'
import { UnfinishedEnds } from '../../src/session/unfinished-ends.ts'
import { maxSessionsPerUser } from '../../src/session/user-sessions.ts'
import { StoreError } from '../../src/store/store.ts'
import { sessionParts, sessionRecord, type SessionParts } from '../support/session-parts.ts'
import { storeKinds } from '@gatehouse/test-support/tier'

function sessionOfItsOwn(): SessionRecord {
  const record = sessionRecord()
  return { ...record, claims: { ...record.claims, oid: randomUUID() } }
}

describe.each(storeKinds)('on %s, two requests that change a session at the same time', (kind) => {
  let parts: SessionParts
  let sessions: Sessions
  beforeAll(async () => {
    parts = await sessionParts(kind)
    ;({ sessions } = parts)
  })
  afterAll(() => parts.dispose())

  /** A session that two requests have resolved at the same time. */
  async function openedTwice(): Promise<[string, Session, Session]> {
    const seenAt = Date.now() - 30_000
    const cookie = await sessions.start({ ...sessionRecord(), seenAt })
    const [one, other] = [await sessions.resolve(cookie), await sessions.resolve(cookie)]
    if (!one || !other) throw new Error('The session does not open')
    return [cookie, one, other]
  }

  it('lose nothing of each other', async () => {
    const [cookie, one, other] = await openedTwice()
    const { seenAt } = one
    await sessions.update(one, (record) => ({ ...record, refreshToken: 'rotated' }))
    await sessions.update(other, (record) => ({ ...record, seenAt: record.seenAt + 1 }))
    const opened = await sessions.resolve(cookie)
    expect(opened).toMatchObject({ version: 3, seenAt: seenAt + 1 })
    expect(opened && (await sessions.record(opened))).toMatchObject({
      refreshToken: 'rotated',
      seenAt: seenAt + 1,
    })
  })

  it('lose nothing of each other if they write at exactly the same time', async () => {
    const [, one, other] = await openedTwice()
    const add = (name: string) => (record: ReturnType<typeof sessionRecord>) => ({
      ...record,
      claims: { ...record.claims, [name]: true },
    })
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    await Promise.all(names.map((name, at) => sessions.update(at % 2 ? one : other, add(name))))
    expect(Object.keys((await sessions.record(one))?.claims ?? {})).toEqual(
      expect.arrayContaining(names),
    )
  })

  it('extend it even after another write', async () => {
    const [cookie, one, other] = await openedTwice()
    await sessions.update(one, (record) => ({ ...record, refreshToken: 'rotated' }))
    expect(await sessions.extend(other)).toBe(true)
    expect(await sessions.record(other)).toMatchObject({ refreshToken: 'rotated' })
    expect(await sessions.resolve(cookie)).toMatchObject({ version: 3 })
  })

  it('do not restore it if one of them ended it', async () => {
    const [cookie, one, other] = await openedTwice()
    await sessions.end(one.secrets.id)
    expect(await sessions.update(other, (record) => record)).toBeUndefined()
    expect(await sessions.extend(other)).toBe(false)
    expect(await sessions.resolve(cookie)).toBeUndefined()
    expect(sessions.peek(sessions.cookieOf(cookie))).toBeUndefined()
  })

  it('end many sessions without blocking the event loop', async () => {
    const cookies: string[] = []
    for (let turn = 0; turn < 90; turn += 1) cookies.push(await sessions.start(sessionOfItsOwn()))
    const ids = cookies.map((cookie) => sessions.cookieOf(cookie)?.secrets.id ?? '')
    let turns = 0
    const counting = { on: true }
    const count = () => {
      turns += 1
      if (counting.on) setImmediate(count)
    }
    setImmediate(count)
    await sessions.endAll(ids)
    counting.on = false
    expect(turns).toBeGreaterThanOrEqual(4)
    for (const cookie of cookies) expect(await sessions.resolve(cookie)).toBeUndefined()
  })

  it('let a user sign in whose surplus sessions cannot be ended', async () => {
    const { create, find } = parts.store.sessions
    let attempts = 0
    parts.store.sessions.create = async (...args) => {
      await create(...args)
      return [maxSessionsPerUser + 1, 1]
    }
    parts.store.sessions.find = () => {
      attempts += 1
      return Promise.reject(new StoreError('no answer'))
    }
    try {
      const cookie = await sessions.start(sessionOfItsOwn())
      expect(attempts).toBeGreaterThan(0)
      expect(await sessions.resolve(cookie)).toBeDefined()
    } finally {
      Object.assign(parts.store.sessions, { create, find })
    }
  })

  it('do not keep a cookie open whose key was taken away while one of them read the store', async () => {
    const cookie = await sessions.start(sessionOfItsOwn())
    await sessions.replaceKeys(parts.keys)
    const { read } = parts.store.sessions
    const held = Promise.withResolvers<void>()
    parts.store.sessions.read = async (...args) => {
      const found = await read.apply(parts.store.sessions, args)
      await held.promise
      return found
    }
    const reading = sessions.resolve(cookie)
    const others = [randomBytes(32)]
    await sessions.replaceKeys(others)
    held.resolve()
    expect(await reading).toBeDefined()
    parts.store.sessions.read = read
    expect(await sessions.resolve(cookie)).toBeUndefined()
    await sessions.replaceKeys(parts.keys)
    expect(await sessions.resolve(cookie)).toBeDefined()
  })

  it('do not restore it if it ends while one of them reads it', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const next = await sessions.start(sessionRecord())
      const session = await sessions.resolve(next)
      if (!session) throw new Error('The session does not open')
      await sessions.update(session, (record) => record)
      // A read is in progress at every moment of the end.
      const reads = [
        sessions.resolve(next),
        sessions.end(session.secrets.id),
        sessions.resolve(next),
      ]
      await Promise.all(reads)
      expect(sessions.peek(sessions.cookieOf(next))).toBeUndefined()
      expect(await sessions.resolve(next)).toBeUndefined()
    }
  })
})

describe('an end that waits for the store', () => {
  it('of a user who signed out loses its place to no flood of calls from Entra, which anyone can make', async () => {
    const parts = await sessionParts('sqlite')
    const { sessions } = parts
    try {
      const cookie = await sessions.start(sessionOfItsOwn())
      const opened = await sessions.resolve(cookie)
      sessions.endLater(opened?.secrets.id ?? '')
      for (let count = 0; count < 10_001; count += 1) {
        const failing = () => Promise.reject(new StoreError('It is still away'))
        sessions.finishLater(`entra-session ${randomUUID()}`, failing)
      }
      expect(await sessions.resolve(cookie)).toBeUndefined()
      await sessions.close()
      expect(await parts.store.sessions.read(opened?.secrets.id ?? '')).toBeUndefined()
    } finally {
      await parts.dispose()
    }
  })

  it('is given up if ten thousand newer ones wait', () => {
    const ends = new UnfinishedEnds()
    for (let at = 0; at <= 10_000; at += 1) ends.add(`${at}`, () => Promise.reject(new Error('x')))
    expect(['0', '1', '10000'].map((name) => ends.has(name))).toEqual([false, true, true])
  })

  it('is told to the store although an earlier one still fails, as where a part of a cluster is lost', async () => {
    vi.useFakeTimers()
    try {
      const ends = new UnfinishedEnds()
      let lost = true
      const told: string[] = []
      const tell = (name: string, isLost: () => boolean) => async () => {
        if (isLost()) throw new StoreError('This part is lost')
        told.push(name)
      }
      ends.add(
        'lost',
        tell('lost', () => lost),
      )
      for (const name of ['a', 'b'])
        ends.add(
          name,
          tell(name, () => false),
        )
      await vi.advanceTimersByTimeAsync(2500)
      expect(told).toEqual(['a', 'b'])
      expect(ends.has('lost')).toBe(true)
      lost = false
      await vi.advanceTimersByTimeAsync(2500)
      expect(told).toEqual(['a', 'b', 'lost'])
    } finally {
      vi.useRealTimers()
    }
  })
})
