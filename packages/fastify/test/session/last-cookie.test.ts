/** The last cookie of a connection is not looked for again, as long as nothing has happened to its session. */
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RequestSessions } from '../../src/auth/request.ts'
import type { DeviceBinding } from '../../src/device/binding.ts'
import { createCookieJar } from '../../src/session/cookie.ts'
import { type SessionParts, sessionParts, sessionRecord } from '../support/session-parts.ts'

let parts: SessionParts
let requestSessions: RequestSessions
let reads = 0
let now = Date.now()

const jar = createCookieJar('https://app.example.test')

beforeAll(() => begin(1))
afterAll(() => parts.dispose())

/** Begins with an empty memory. @param maxOpen how many sessions it has room for */
async function begin(maxOpen: number): Promise<void> {
  parts = await sessionParts('sqlite', { maxOpen })
  const { sessions: store } = parts.store
  const read = store.read
  store.read = (id) => {
    reads += 1
    return read(id)
  }
  requestSessions = new RequestSessions({
    sessions: parts.sessions,
    jar,
    device: {} as DeviceBinding,
    setSessionCookie: () => undefined,
    perMinute: 1000,
    suspectedTheft: 'log',
    userLogId: () => '',
    now: () => now,
  })
}

/** A connection that sends one cookie. @returns how many reads of the store a request costs */
async function connection() {
  const cookie = `${jar.name('session')}=${await parts.sessions.start(sessionRecord())}`
  const raw = { socket: {} }
  const log = { warn: () => undefined }
  return async (header = cookie): Promise<number> => {
    const before = reads
    const request = { headers: { cookie: header }, raw, log } as unknown as FastifyRequest
    expect((await requestSessions.open(request)) !== undefined).toBe(header.includes(cookie))
    return reads - before
  }
}

it('a session that the cache had to forget is read once, and not for each request', async () => {
  const [first, second] = [await connection(), await connection()]
  expect([await first(), await first()]).toEqual([1, 0])
  // There is room for one.
  expect([await second(), await second()]).toEqual([1, 0])
  expect([await first(), await first(), await first()]).toEqual([1, 0, 0])
})

it('another cookie on the same connection is another session, or none', async () => {
  const ask = await connection()
  expect(await ask()).toBe(1)
  expect(await ask(`${jar.name('session')}=made-up`)).toBe(0)
  expect(await ask()).toBe(0)
})

it('a session that ends is over for a connection that has just used it', async () => {
  const cookie = `${jar.name('session')}=${await parts.sessions.start(sessionRecord())}`
  const headers = { cookie }
  const request = { headers, raw: { socket: {} }, log: { warn: () => undefined } }
  const session = await requestSessions.open(request as unknown as FastifyRequest)
  await parts.sessions.end(session?.secrets.id ?? '')
  expect(await requestSessions.open(request as unknown as FastifyRequest)).toBeUndefined()
  now += 60_000
  expect(await requestSessions.open(request as unknown as FastifyRequest)).toBeUndefined()
})

it('a session in use is not the first that the cache forgets, although its connection remembers it', async () => {
  await parts.dispose()
  await begin(2)
  const [inUse, idle, third] = [await connection(), await connection(), await connection()]
  await inUse()
  await idle()
  now += 11_000
  expect(await inUse()).toBe(0)
  expect(await third()).toBe(1)
  expect([await inUse(), await idle()]).toEqual([0, 1])
})
