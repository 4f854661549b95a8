import type { ServerResponse } from 'node:http'
import { beforeEach, describe, expect, it } from 'vitest'
import { queueLimits } from '../../src/downstream/call.ts'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { openSocket } from '../support/raw-exchange.ts'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn, gatehouse } = await useOrders()

const { maxConcurrentPerUser: maxConcurrent, maxQueuedPerUser: maxQueued } = queueLimits

beforeEach(() => {
  route.does((request) => request.callApi('orders', `/${request.user.objectId}`))
})

async function objectIdOf(browser: Browser): Promise<string> {
  return ((await browser.get('/api/me')).json() as { objectId: string }).objectId
}

/** Holds the calls that `isHeld` names, and answers the others at once. @returns how to release them */
function holds(isHeld: (path: string) => boolean): { release: () => void; held: ServerResponse[] } {
  const held: ServerResponse[] = []
  let released = false
  upstream.answers((response, { path }) => {
    if (isHeld(path) && !released) held.push(response)
    else json(response, path)
  })
  return {
    held,
    release: () => {
      released = true
      for (const response of held) json(response, 'late')
    },
  }
}

const asked = (browser: Browser, times: number) =>
  Array.from({ length: times }, () => browser.get('/test/call'))

describe('a slow API', () => {
  it('makes one user with hundreds of calls wait, and no other user', async () => {
    const [busy, other] = [await signedIn(1), await signedIn(2)]
    const id = await objectIdOf(busy)
    const { held, release } = holds((path) => path.endsWith(id))
    const all = asked(busy, maxConcurrent + maxQueued + 30)
    let answered = 0
    for (const one of all) void one.then(() => (answered += 1))
    await expect.poll(() => held.length).toBe(maxConcurrent)
    // Calls that find the queue full are answered at once.
    await expect.poll(() => answered, { timeout: 5000 }).toBe(30)

    for (let turn = 0; turn < 20; turn += 1) {
      expect((await other.get('/test/call')).status).toBe(200)
    }
    expect((await busy.get('/api/me')).status).toBe(200)
    expect(held).toHaveLength(maxConcurrent)

    release()
    const answers = await Promise.all(all)
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused).toHaveLength(30)
    for (const answer of refused) {
      expectProblem(answer, 429, 'too_many_requests')
      expect(answer.headers['retry-after']).toBe('1')
    }
  })

  it('has a limited number of calls under way, and another API has its own limit', async () => {
    const people = await Promise.all(
      Array.from({ length: Math.ceil(queueLimits.maxConcurrent / maxConcurrent) + 1 }, (_, at) =>
        signedIn(10 + at),
      ),
    )
    const last = await signedIn(40)
    const { held, release } = holds((path) => path.startsWith('/v2/'))
    const all = people.flatMap((browser) => asked(browser, maxConcurrent))
    await expect.poll(() => held.length, { timeout: 5000 }).toBe(queueLimits.maxConcurrent)

    route.does((request) => request.callApi('graph', '/things'))
    expect((await last.get('/test/call')).json()).toEqual({ value: '/graph/things' })
    expect((await last.get('/api/me')).status).toBe(200)
    expect(held).toHaveLength(queueLimits.maxConcurrent)

    release()
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses).toEqual(Array(all.length).fill(200))
  })
})

describe('clients that disconnect', () => {
  /** As a browser does when its tab is closed. */
  async function leavers(browser: Browser, times: number) {
    const cookie = await browser.cookieHeader()
    const sockets = await Promise.all(
      Array.from({ length: times }, () => openSocket(gatehouse().origin)),
    )
    for (const socket of sockets) {
      socket.write(`GET /test/call HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`)
    }
    return { leave: () => sockets.forEach((socket) => void socket.destroy()) }
  }

  const connections = () =>
    new Promise<number>((resolve, reject) => {
      gatehouse().app.server.getConnections((error, count) =>
        error ? reject(error) : resolve(count),
      )
    })

  it('end their calls to the API, the queued ones too', async () => {
    const browser = await signedIn(3)
    const { held } = holds(() => true)
    const written = gatehouse().logs.length
    const before = await connections()
    const { leave } = await leavers(browser, maxConcurrent + 14)
    await expect.poll(() => held.length).toBe(maxConcurrent)
    leave()
    // On a busy machine the server notices the last disconnect after it has ended the first calls.
    await expect.poll(() => connections()).toBeLessThanOrEqual(before)
    await expect.poll(() => upstream.underWay()).toBe(0)

    const { release } = holds(() => false)
    release()
    expect((await browser.get('/test/call')).status).toBe(200)
    expect(upstream.calls).toHaveLength(1)
    const failures = gatehouse()
      .logs.slice(written)
      .filter((line) => /"level":[56]0/.test(line))
    expect(failures).toEqual([])
  })

  it('leave no slot taken, even after hundreds of calls', { tags: ['thorough'] }, async () => {
    const browser = await signedIn(4)
    const before = await connections()
    for (let wave = 0; wave < 8; wave += 1) {
      const { held } = holds(() => true)
      const { leave } = await leavers(browser, maxConcurrent + 24)
      // A queued call may get a slot for a moment, before its own end is known.
      await expect.poll(() => held.length).toBeGreaterThanOrEqual(maxConcurrent)
      leave()
      // On a busy machine the server notices the last disconnect later, and that call still has its place in the queue.
      await expect.poll(() => connections()).toBeLessThanOrEqual(before)
      await expect.poll(() => upstream.underWay()).toBe(0)
    }
    const { release } = holds(() => true)
    const all = asked(browser, maxConcurrent + maxQueued)
    await expect.poll(() => upstream.underWay()).toBe(maxConcurrent)
    release()
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses).toEqual(Array(maxConcurrent + maxQueued).fill(200))
  })
})
