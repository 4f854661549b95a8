/** A live session is listed and can be ended, with any change of the session keys. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSealedCookies, type SealedCookies } from '../../src/session/cookie.ts'
import { createLookupKeys, createSessionLabels } from '../../src/session/lookup-keys.ts'
import { Sessions } from '../../src/session/sessions.ts'
import { openStore } from '../../src/store/index.ts'
import { deriveSecrets } from '../../src/store/seal.ts'
import type { Store } from '../../src/store/store.ts'
import { type RedisServer, startRedis } from '@gatehouse/test-support/redis'
import { propertyRuns } from '@gatehouse/test-support/properties'
import { sessionRecord } from '../support/session-parts.ts'
import { type Stored, storedInFile, storedInRedis } from '@gatehouse/test-support/stored'
import { storeKinds } from '@gatehouse/test-support/tier'

const minute = 60_000
const allKeys = Array.from({ length: 3 }, () => randomBytes(32))
/** The lists of keys of instances before, during and after rotations, by place in `allKeys`. */
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
/** Each event goes to an instance that has just started with one of the lists. */
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
    const lookupKeys = createLookupKeys(keys)
    const labels = createSessionLabels(keys)
    const options = { store, cookies, lifetimes, lookupKeys, labels, log: app.log, now }
    const sessions = new Sessions(options)
    return { cookies, sessions, userSessions: sessions.byUser }
  }

  interface Person {
    tenantId: string
    objectId: string
  }
  interface Signed {
    user: Person
    sid: string
    /** Every value that a browser got for it. The last one is in use. */
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

  /** Does what a request does: resolves the session, counts as activity, keeps the newly sealed cookie. */
  async function ask({ sessions }: ReturnType<typeof instance>, signed: Signed): Promise<boolean> {
    const cookie = signed.cookies.at(-1) ?? ''
    const session = await sessions.resolve(cookie)
    if (!session) return false
    const resealed = sessions.cookieOf(cookie)?.resealed
    if (resealed !== undefined) signed.cookies.push(resealed)
    return true
  }

  async function extend(here: ReturnType<typeof instance>, signed: Signed): Promise<boolean> {
    const session =
      (await ask(here, signed)) && (await here.sessions.resolve(signed.cookies.at(-1) ?? ''))
    return session ? here.sessions.extend(session) : false
  }

  /** The id of its record, if a cookie of it still opens with these keys. Counts as no activity. */
  async function livingId({ cookies }: ReturnType<typeof instance>, signed: Signed) {
    for (const value of signed.cookies) {
      const key = cookies.open('session', value)?.content['key']
      if (typeof key !== 'string') continue
      const { id } = deriveSecrets(Buffer.from(key, 'base64url'))
      if (await store.sessions.read(id)) return id
    }
    return undefined
  }

  it('is listed and can be ended after any sequence of sign-ins, rotations, requests and restarts', async () => {
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
            expect((await here.userSessions.list(signed.user)).map((one) => one.id)).toContain(id)
          }
        }
        const last = instance(events.at(-1)?.[1] ?? 0)
        const living = []
        for (const signed of all) if (await livingId(last, signed)) living.push(signed)
        for (const { user, sid } of living) {
          if (how === 0) await last.userSessions.endAll(user)
          else if (how === 1) await last.userSessions.endEntraSession(sid)
          else for (const { id } of await last.userSessions.list(user)) await last.sessions.end(id)
        }
        for (const signed of living) {
          for (const value of signed.cookies) {
            expect(await last.sessions.resolve(value)).toBeUndefined()
            expect(await instance(1).sessions.resolve(value)).toBeUndefined()
          }
        }
      }),
      propertyRuns(40),
    )
  })

  it('is listed with the name of its device while one key of its writer is left', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    await signIn(instance(1), user)
    const [byOld, byNew] = [
      await instance(0).userSessions.list(user),
      await instance(3).userSessions.list(user),
    ]
    for (const list of [byOld, byNew]) {
      expect(list.map(({ device }) => device)).toEqual(['Firefox on Linux'])
    }
    expect(byOld[0]?.publicIds[0]).not.toBe(byNew[0]?.publicIds[0])
    const both = await instance(2).userSessions.list(user)
    expect(both[0]?.publicIds).toEqual([byOld[0]?.publicIds[0], byNew[0]?.publicIds[0]])
  })

  it('is listed and can be ended with a device name of any length', async () => {
    for (const device of ['é'.repeat(64), '"'.repeat(508), '漢'.repeat(1500)]) {
      const user = { tenantId: randomUUID(), objectId: randomUUID() }
      const signed = await signIn(instance(1), user, device)
      expect((await instance(1).userSessions.list(user)).map((one) => one.device)).toEqual([device])
      expect(await instance(3).userSessions.endAll(user)).toBe(1)
      expect(await instance(1).sessions.resolve(signed.cookies[0] ?? '')).toBeUndefined()
    }
  })

  it('is listed and can be ended if its record cannot be read', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    await signIn(instance(0), user)
    const [own] = await instance(0).userSessions.list(user)
    const record = (await stored.records()).find(({ id }) => id === own?.id)
    if (!record) throw new Error('The record is not there')
    await stored.put({ ...record, sealed: randomBytes(3), label: randomBytes(3) })
    expect(await instance(0).userSessions.list(user)).toMatchObject([{ device: 'Unknown device' }])
    expect(await instance(0).userSessions.endAll(user)).toBe(1)
    expect(await instance(0).userSessions.list(user)).toEqual([])
  })

  it('stays in the list if the lifetime of sessions is raised later', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    const before = instance(0, 60 * minute)
    const signed = await signIn(before, user)
    clock += 50 * minute
    expect(await extend(before, signed)).toBe(true)
    // A read that counts as no activity.
    expect(await ask(instance(0), signed)).toBe(true)
    clock += 20 * minute
    expect(await instance(0).userSessions.list(user)).toHaveLength(1)
    expect(await ask(instance(0), signed)).toBe(true)
  })

  it('is found again after its next activity if its index entries were lost', async () => {
    const user = { tenantId: randomUUID(), objectId: randomUUID() }
    const signed = await signIn(instance(0), user)
    await stored.removeIndexes()
    expect(await instance(0).userSessions.list(user)).toEqual([])
    clock += minute
    expect(await extend(instance(0), signed)).toBe(true)
    expect(await instance(0).userSessions.list(user)).toHaveLength(1)
    expect(await instance(0).userSessions.endEntraSession(signed.sid)).toBe(1)
  })
})
