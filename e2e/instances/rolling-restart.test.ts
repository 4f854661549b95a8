import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@gatehouse/tenant/testing'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBrowser, useNewConnections } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'
import type { Instance } from './instance.ts'
import { startProxy, type Proxy } from './proxy.ts'

const perSecond = 200
/** Two requests are sent each time. */
const everyMs = (2 * 1000) / perSecond

let deployment: Deployment
let proxy: Proxy
let instances: readonly [Instance, Instance]
beforeAll(async () => {
  const port = await freePort()
  deployment = await prepareDeployment({
    publicUrl: `https://localhost:${port}`,
    config: { rateLimits: { perSession: 1_000_000 } },
    env: { TRUSTED_PROXIES: '127.0.0.1/32', DRAIN_DELAY: '2' },
  })
  instances = await Promise.all([deployment.start(), deployment.start()])
  proxy = await startProxy(deployment.folder, port, {
    '': instances.map((instance) => instance.port),
  })
  deployment.onEnd(() => proxy.end())
  useNewConnections(proxy.certificate)
})
afterAll(() => deployment.end())

/** Sends requests of a signed-in user at a steady rate: reads, and every tenth is a change. */
async function startLoad() {
  const { publicUrl } = deployment
  const browser = createBrowser(proxy.origin, publicUrl)
  expect((await browser.signIn()).location).toBe('/')
  const headers = { host: new URL(publicUrl).host, cookie: await browser.cookieHeader() }
  const dispatcher = new Agent({ connect: { ca: proxy.certificate }, connections: 64 })
  const outcomes = new Map<string, number>()
  const pending = new Set<Promise<void>>()

  async function send(turn: number): Promise<void> {
    const change = turn % 10 === 9
    const outcome = await request(proxy.origin + (change ? '/api/session/extend' : '/api/me'), {
      method: change ? 'POST' : 'GET',
      headers: change ? { ...headers, 'x-csrf': '1' } : headers,
      dispatcher,
    }).then(
      async ({ statusCode, body }) => {
        await body.dump()
        return String(statusCode)
      },
      (error: Error) => error.message,
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }

  let turn = 0
  const timer = setInterval(() => {
    for (const one of [send(turn), send(turn + 1)]) {
      pending.add(one)
      void one.finally(() => pending.delete(one))
    }
    turn += 2
  }, everyMs)
  return async () => {
    clearInterval(timer)
    await Promise.all(pending)
    await dispatcher.close()
    return outcomes
  }
}

it('a restart of two instances behind nginx, one after the other, loses none of 200 requests per second', async () => {
  const startedAt = performance.now()
  const stop = await startLoad()
  await sleep(1000)
  for (const instance of instances) {
    expect(await instance.end('SIGTERM')).toBe(0)
    await instance.startAgain()
    await eventually('it is ready', async () => (await instance.readiness()) === 200)
    // nginx tries an instance again a second after it failed.
    await sleep(1500)
  }
  const outcomes = await stop()
  const seconds = (performance.now() - startedAt) / 1000
  expect([...outcomes.keys()]).toEqual(['200'])
  // A busy machine sends fewer than are asked for.
  expect(outcomes.get('200')).toBeGreaterThan((perSecond / 2) * (seconds - 2))
  // Both were used, before their restart and after it.
  const used = proxy.passed().flatMap(({ instances: tried }) => tried.at(-1))
  for (const { port } of instances) expect(used).toContain(`127.0.0.1:${port}`)
})
