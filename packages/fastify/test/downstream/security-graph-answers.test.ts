import { gzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { openSocket } from '../support/raw-exchange.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ config: { rateLimits: { perAddress: 10_000 } } })

/** The requests for users that Graph got. */
function graphCalls() {
  return gatehouse()
    .tenant.journal.entries()
    .filter(({ path }) => path.startsWith('/v1.0') || path.startsWith('/beta'))
}

describe('a path that tries to reach more of Graph', () => {
  it.each([
    '/api/users/../me',
    '/api/users/%2e%2e%2f%2e%2e%2fbeta/me',
    '/api/users/..%2f..%2fbeta',
    '/api/users%2f..%2fme',
    '/api/users;x',
    '/api/users/',
    '/api/users//',
    '//api/users',
    '/api//users',
    '/api/./users',
    '/api/users%00',
    '/api/users\\..\\me',
    '/API/USERS',
  ])('is 404, and no request reaches Graph: %s', async (path) => {
    const answer = await (await gatehouse().signedIn()).get(path)
    expectProblem(answer, 404, 'not_found')
    expect(graphCalls()).toEqual([])
  })

  it.each([
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'a/../../beta',
    'a?$expand=manager',
    'a%23',
    'me/messages',
    'a'.repeat(5000),
    '$count',
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301/photo/$value',
  ])('names no user by an id: %s', async (id) => {
    const answer = await (await gatehouse().signedIn()).get(`/api/users/${id}`)
    expect([404, 414]).toContain(answer.status)
    expectProblem(answer, answer.status, answer.status === 404 ? 'not_found' : 'invalid_request')
    expect(graphCalls()).toEqual([])
  })
})

describe('an answer that says it is compressed', () => {
  const plain = JSON.stringify({ value: [] })
  const json = { kind: 'respond', status: 200, contentType: 'application/json' } as const

  it.each([
    ['is a bomb', { ...json, body: gzipSync(Buffer.alloc(50_000_000, ' ')) }, 'gzip'],
    ['is really compressed', { ...json, body: gzipSync(plain) }, 'gzip'],
    ['is plain', { ...json, body: plain }, 'gzip'],
    ['is plain, and says so 1,000 times', { ...json, body: plain }, 'gzip, '.repeat(1000)],
    ['is in nothing that exists', { ...json, body: plain }, 'x-nothing'],
  ])('and %s is 502 at once, because none was requested', async (_what, fault, encoding) => {
    const browser = await gatehouse().signedIn()
    const headers = { 'content-encoding': encoding }
    gatehouse().tenant.faults.set({ at: 'users', ...fault, headers })
    const began = performance.now()
    expectProblem(await browser.get('/api/users'), 502, 'upstream_failed')
    expect(performance.now() - began).toBeLessThan(1000)
    expect(graphCalls()[0]?.headers).not.toHaveProperty('accept-encoding')
  })
})

describe('clients that wait for Graph', () => {
  it('end the call if they disconnect, without a failure in the log', async () => {
    const { tenant, origin, logs } = gatehouse()
    const cookie = await (await gatehouse().signedIn()).cookieHeader()
    let ended = false
    tenant.faults.set({
      at: 'users',
      kind: 'respondWith',
      answer: async ({ raw }) => {
        raw.socket.once('close', () => {
          ended = true
        })
        await sleep(5000, undefined, { ref: false })
        return undefined
      },
    })
    const written = logs.length
    const socket = await openSocket(origin)
    socket.write(`GET /api/users HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`)
    await expect.poll(() => graphCalls().length).toBe(1)
    socket.destroy()
    await expect.poll(() => ended, { timeout: 1000 }).toBe(true)
    tenant.faults.clear()
    expect((await (await gatehouse().signedIn()).get('/api/users')).status).toBe(200)
    expect(logs.slice(written).filter((line) => /"level":[56]0/.test(line))).toEqual([])
  })

  it('one after the other on one connection leave no listener on it', async () => {
    const { origin } = gatehouse()
    const cookie = await (await gatehouse().signedIn()).cookieHeader()
    const warnings: string[] = []
    const note = ({ message }: Error) => void warnings.push(message)
    process.on('warning', note)
    const socket = await openSocket(origin)
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    const request = `GET /api/users HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`
    socket.write(request.repeat(30))
    await expect.poll(() => text.match(/HTTP\/1\.1 200/g)?.length, { timeout: 5000 }).toBe(30)
    socket.destroy()
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('delay no other request, even 100 of them', { tags: ['thorough'] }, async () => {
    const waiting = await Promise.all(
      Array.from({ length: 100 }, (_, place) => gatehouse().signedIn(place)),
    )
    const other = await gatehouse().signedIn(101)
    gatehouse().tenant.faults.set({ at: 'users', kind: 'delay', ms: 4000 })
    const answers = waiting.map((browser) => browser.get('/api/users'))
    await expect.poll(() => graphCalls().length, { timeout: 3500 }).toBeGreaterThan(50)
    const took: number[] = []
    for (let turn = 0; turn < 5; turn += 1) {
      const began = performance.now()
      expect((await other.get('/api/me')).status).toBe(200)
      took.push(performance.now() - began)
    }
    // A busy machine delays one of them at random; a wait for Graph would delay each.
    expect(Math.min(...took)).toBeLessThan(100)
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses).toEqual(Array(100).fill(200))
  })
})
