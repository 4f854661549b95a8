import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drain } from '@gatehouse/fastify/server'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { createBrowser, useNewConnections } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'
import { runServer } from './instance.ts'

const inFlight = 50
const graphTakesMs = 1500

let deployment: Deployment
beforeAll(async () => {
  useNewConnections()
  deployment = await prepareDeployment()
})
afterAll(() => deployment.end())

/** Starts `count` requests that wait for Graph. @returns their answers */
async function instanceInUse() {
  const { tenant, publicUrl } = deployment
  const instance = await deployment.start()
  const browser = createBrowser(instance.origin, publicUrl)
  await browser.signIn()
  tenant.journal.clear()
  tenant.faults.set({ at: 'users', kind: 'delay', ms: graphTakesMs })
  const answers = Array.from({ length: inFlight }, async () => {
    const { status, headers } = await browser.get('/api/users')
    return { status, connection: headers['connection'] }
  })
  await eventually('all requests wait for Graph', () => tenant.journal.count('users') === inFlight)
  return { instance, answers: Promise.all(answers) }
}

const served = Array.from({ length: inFlight }, () => 200)

describe('an instance that is told to end while 50 requests are under way', () => {
  it('refuses new connections at once without a delay, answers all of them, and ends with exit code 0', async () => {
    const { instance, answers } = await instanceInUse()
    let open = inFlight
    const settled = answers.finally(() => {
      open = 0
    })
    const ended = instance.end('SIGTERM')
    await eventually('it refuses connections', async () => !(await instance.answers()))
    expect(open).toBe(inFlight)
    expect((await settled).map(({ status }) => status)).toEqual(served)
    expect(await ended).toBe(0)
    expect(instance.process().output()).not.toContain('The request failed')
  })

  it('does not end early if it gets the signal twice, as with Ctrl+C in a terminal', async () => {
    const { instance, answers } = await instanceInUse()
    const ended = instance.end('SIGINT')
    await eventually('it refuses connections', async () => !(await instance.answers()))
    process.kill(instance.process().pid, 'SIGINT')
    process.kill(instance.process().pid, 'SIGTERM')
    expect((await answers).map(({ status }) => status)).toEqual(served)
    expect(await ended).toBe(0)
  })
})

it('an unused instance can be ended from its first answer on', async () => {
  const instance = await deployment.start()
  expect(await instance.end('SIGTERM')).toBe(0)
})

describe('an instance with DRAIN_DELAY that is told to end', () => {
  it('is not ready and serves everything until the delay is over, also if nothing is in use', async () => {
    const instance = await deployment.start({ DRAIN_DELAY: '2' })
    const ended = instance.end('SIGTERM')
    await eventually('it is not ready', async () => (await instance.readiness()) === 503)
    const beganAt = performance.now()
    const seen = new Set<number>()
    while (performance.now() - beganAt < 1500) {
      seen.add(await instance.readiness())
      expect(await instance.answers()).toBe(true)
    }
    expect([...seen]).toEqual([503])
    expect(await ended).toBe(0)
    expect(await instance.answers()).toBe(false)
  })

  it('says with each answer that the connection is going to close', async () => {
    const instance = await deployment.start({ DRAIN_DELAY: '2' })
    const { host } = new URL(deployment.publicUrl)
    const dispatcher = new Agent()
    const ask = async () => {
      const answer = await request(`${instance.origin}/api/session`, {
        dispatcher,
        headers: { host },
      })
      await answer.body.dump()
      return answer
    }
    expect((await ask()).headers).not.toHaveProperty('connection')
    const ended = instance.end('SIGTERM')
    await eventually('it is not ready', async () => (await instance.readiness()) === 503)
    const { statusCode, headers } = await ask()
    expect([statusCode, headers['connection']]).toEqual([200, 'close'])
    expect(await ended).toBe(0)
    await dispatcher.close()
  })

  it('is not cut short by a second signal', async () => {
    const instance = await deployment.start({ DRAIN_DELAY: '2' })
    const ended = instance.end('SIGTERM')
    await eventually('it is not ready', async () => (await instance.readiness()) === 503)
    process.kill(instance.process().pid, 'SIGTERM')
    process.kill(instance.process().pid, 'SIGINT')
    await sleep(300)
    expect(await instance.readiness()).toBe(503)
    expect(await ended).toBe(0)
  })
})

it('an instance that is told to end while it still waits for its store ends with exit code 0', async () => {
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const asked = once(silent, 'connection')
  const env = { ...deployment.env, PORT: '0', STORE_URL: `redis://127.0.0.1:${port}` }
  const program = runServer(env)
  const [socket] = (await asked) as [Socket]
  expect(await program.end('SIGTERM')).toBe(0)
  expect(program.output()).toBe('')
  socket.destroy()
  silent.close()
})

describe('the time that a shutdown takes', () => {
  it('is short without a delay if no request is being served', async () => {
    const gatehouse = await startGatehouse()
    expect((await gatehouse.browser().get('/healthz')).status).not.toBe(0)
    const startedAt = performance.now()
    expect(await drain(gatehouse.app, { notReadyMs: 0, timeoutMs: 40_000 })).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    await gatehouse.close()
  })

  it('has a limit, after which a pending answer is cut off', async () => {
    let asked = false
    const gatehouse = await startGatehouse({
      extend: (app) => {
        app.get('/never', { config: { allowFrom: 'anyone' } }, () => {
          asked = true
          return new Promise(() => undefined)
        })
      },
    })
    const answer = gatehouse
      .browser()
      .get('/never')
      .catch((error: Error) => error)
    await eventually('the request has come', () => asked)
    expect(await drain(gatehouse.app, { notReadyMs: 50, timeoutMs: 300 })).toBe(1)
    expect(await answer).toBeInstanceOf(Error)
    await gatehouse.close()
  })
})
