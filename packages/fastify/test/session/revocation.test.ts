/** Whatever happens to the session keys, a session that lives can be seen and ended. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEnds } from '../../src/session/user-sessions.ts'
import { createIndexEntries, createSummaries } from '../../src/session/lookup-keys.ts'
import { createSealedCookies, type SealedCookies } from '../../src/session/cookie.ts'
import { createSessions } from '../../src/session/sessions.ts'
import { openStore } from '../../src/store/index.ts'
import { deriveSecrets } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { type RedisServer, startRedis } from '@gatehouse/test-support/redis'
import { propertyRuns } from '@gatehouse/test-support/property-runs'
import { sessionRecord } from '../support/session-parts.ts'
import { type Stored, storedInFile, storedInRedis } from '@gatehouse/test-support/stored'
import { storeKinds } from '@gatehouse/test-support/tier'

const minute = 60_000
const allKeys = Array.from({ length: 3 }, () => randomBytes(32))
/** The lists of keys that instances run with, before, during and after rotations, by place in `allKeys`. */
const keyLists = [[0], [1, 0], [0, 1], [1], [2, 1], [1, 2], [2]]

type Event =
  | { does: 'sign in'; user: number }
  | { does: 'ask'; session: number }
  | { does: 'extend'; session: number }
  | { does: 'wait'; minutes: number }

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ does: fc.constant('sign in' as const), user: fc.nat(1) }),
  fc.record({ does: fc.constant('ask' as const), session: fc.nat(9) }),
  fc.record({ does: fc.constant('extend' as const), session: fc.nat(9) }),
  fc.record({ does: fc.constant('wait' as const), minutes: fc.nat(40) }),
)
/** Each event meets an instance that has just started, with one of the lists. */
const history = fc.array(fc.tuple(event, fc.nat(keyLists.length - 1)), { maxLength: 14 })

describe.each(storeKinds)('on %s, a living session', (kind) => {
  let store: Store
  let redis: RedisServer | undefined
  let app: FastifyInstance
  let stored: Stored
  let codecs: SealedCookies[]
  let clock = Date.now()
  const now = () => clock
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-revocation-'))

  beforeAll(async () => {
    redis = kind === 'redis' ? await startRedis() : undefined
    const path = join(folder, 's.sqlite')
    store = await openStore(redis?.url ?? `sqlite:${path}`, now)
    stored = redis ? storedInRedis(redis) : storedInFile(path)
    app = Fastify()
    codecs = await Promise.all(
      keyLists.map((list) => createSealedCookies(app, keysOf(list), 12 * 3600)),
    )
  })
  afterAll(async () => {
    await store.close()
    await redis?.dispose()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const keysOf = (list: number[]) => list.map((place) => allKeys[place] ?? Buffer.alloc(0))

  /** A process that has just started. */
  function instance(list: number, absoluteMs = 6 * 60 * minute) {
    const keys = keysOf(keyLists[list] ?? [])
    const cookies = codecs[list]
    if (!cookies) throw new Error('There is no such list of keys')
    const lifetimes = { idleMs: 60 * minute, absoluteMs }
    const indexes = createIndexEntries(keys)
    const summaries = createSummaries(keys)
    const options = { store, cookies, lifetimes, indexes, summaries, log: app.log, now }
    const sessions = createSessions(options)
    const ends = createEnds(store.sessions, sessions, indexes, summaries, lifetimes)
    return { cookies, sessions, ends }
  }

  interface Person {
    tenantId: string
    objectId: string
  }
  interface Signed {
    user: Person
    sid: string
    /** Every value that a browser got for it; the last one is in use. */
    cookies: string[]
  }

  async function signIn(
    { sessions }: ReturnType<typeof instance>,
    user: Person,
    device = 'Firefox on Linux',
  ): Promise<Signed> {
    const record = { ...sessionRecord(), device }
    const sid = randomUUID()
    const claims = { ...record.claims, tid: user.tenantId, oid: user.objectId, sid }
    const times = { startedAt: clock, seenAt: clock, receivedAt: clock }
    const cookie = await sessions.start({ ...record, claims, ...times })
    return { user, sid, cookies: [cookie] }
  }

  /** As a request does: opens, counts as activity, takes the newly sealed cookie along. */
  async function ask({ sessions }: ReturnType<typeof instance>, signed: Signed): Promise<boolean> {
    const cookie = signed.cookies.at(-1) ?? ''
    const session = await sessions.open(cookie)
    if (!session) return false
    const resealed = sessions.cookieOf(cookie)?.resealed
    if (resealed !== undefined) signed.cookies.push(resealed)
    return true
  }

  async function extend(here: ReturnType<typeof instance>, signed: Signed): Promise<boolean> {
    const session =
      (await ask(here, signed)) && (await here.sessions.open(signed.cookies.at(-1) ?? ''))
    return session ? here.sessions.extend(session) : false
  }

  /** The id of its record, if some cookie of it would still open with these keys; nothing is touched. */
  async function livingId({ cookies }: ReturnType<typeof instance>, signed: Signed) {
    for (const value of signed.cookies) {
      const key = cookies.open('session', value)?.content['key']
      if (typeof key !== 'string') continue
      const { id } = deriveSecrets(Buffer.from(key, 'base64url'))
      if (await store.sessions.read(id)) return id
    }
    return undefined
  }

  it('is in the list, and ends when told to, after any sign-ins, rotations, requests and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(2), async (events, how) => {
        const people = [0, 1].map(() => ({ tenantId: randomUUID(), objectId: randomUUID() }))
        const all: Signed[] = []
        for (const [{ does, ...what }, list] of events) {
          const here = instance(list)
          const signed = 'session' in what ? all[what.session % (all.length || 1)] : undefined
          if (does === 'sign in') {
            const user = 'user' in what ? people[what.user] : undefined
            if (user) all.push(await signIn(here, user))
          } else if (does === 'wait') clock += ('minutes' in what ? what.minutes : 0) * minute
          else if (signed) await (does === 'ask' ? ask : extend)(here, signed)
        }
        for (const list of keyLists.keys()) {
          const here = instance(list)
          for (const signed of all) {
            const id = await livingId(here, signed)
            if (id === undefined) continue
            expect((await here.ends.list(signed.user)).map((one) => one.id)).toContain(id)
          }
        }
        const last = instance(events.at(-1)?.[1] ?? 0)
        const living = []
        for (const signed of all) if (await livingId(last, signed)) living.push(signed)
        for (const { user, sid } of living) {
          if (how === 0) await last.ends.endAll(user)
          else if (how === 1) await last.ends.endEntraSession(sid)
          else for (const { id } of await last.ends.list(user)) await last.sessions.end(id)
        }
        for (const signed of living) {
          for (const value of signed.cookies) {
            expect(await last.sessions.open(value)).toBeUndefined()
            expect(await instance(1).sessions.open(value)).toBeUndefined()
          }
        }
      }),
      propertyRuns(40),
    )
  })

  it('is in the list under its device’s name while one key of its writer is left', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    await signIn(instance(1), user)
    const [byOld, byNew] = [await instance(0).ends.list(user), await instance(3).ends.list(user)]
    for (const list of [byOld, byNew]) {
      expect(list.map(({ device }) => device)).toEqual(['Firefox on Linux'])
    }
    expect(byOld[0]?.handles[0]).not.toBe(byNew[0]?.handles[0])
    const both = await instance(2).ends.list(user)
    expect(both[0]?.handles).toEqual([byOld[0]?.handles[0], byNew[0]?.handles[0]])
  })

  it('is in the list and ends, however long its device’s name is', async () => {
    for (const device of ['é'.repeat(64), '"'.repeat(508), '漢'.repeat(1500)]) {
      const user = { tenantId: randomUUID(), objectId: randomUUID() }
      const signed = await signIn(instance(1), user, device)
      expect((await instance(1).ends.list(user)).map((one) => one.device)).toEqual([device])
      expect(await instance(3).ends.endAll(user)).toBe(1)
      expect(await instance(1).sessions.open(signed.cookies[0] ?? '')).toBeUndefined()
    }
  })

  it('of which nothing can be read is in the list, and ends', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    await signIn(instance(0), user)
    const [own] = await instance(0).ends.list(user)
    const record = (await stored.records()).find(({ id }) => id === own?.id)
    if (!record) throw new Error('The record is not there')
    await stored.put({ ...record, sealed: randomBytes(3), summary: randomBytes(3) })
    expect(await instance(0).ends.list(user)).toMatchObject([{ device: 'Unknown device' }])
    expect(await instance(0).ends.endAll(user)).toBe(1)
    expect(await instance(0).ends.list(user)).toEqual([])
  })

  it('stays in the list when sessions may last longer than they might when it began', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    const before = instance(0, 60 * minute)
    const signed = await signIn(before, user)
    clock += 50 * minute
    expect(await extend(before, signed)).toBe(true)
    // A question that counts as no activity.
    expect(await ask(instance(0), signed)).toBe(true)
    clock += 20 * minute
    expect(await instance(0).ends.list(user)).toHaveLength(1)
    expect(await ask(instance(0), signed)).toBe(true)
  })

  it('whose index entries were lost is found again after its next activity', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    const signed = await signIn(instance(0), user)
    await stored.removeIndexes()
    expect(await instance(0).ends.list(user)).toEqual([])
    clock += minute
    expect(await extend(instance(0), signed)).toBe(true)
    expect(await instance(0).ends.list(user)).toHaveLength(1)
    expect(await instance(0).ends.endEntraSession(signed.sid)).toBe(1)
  })
})
