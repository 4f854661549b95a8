import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drain } from '@gatehouse/fastify/server'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { createBrowser, useNewConnections } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'

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
  it('is not ready from then on, answers all of them, and ends with exit code 0', async () => {
    const { instance, answers } = await instanceInUse()
    expect(await instance.readiness()).toBe(200)
    const ended = instance.end('SIGTERM')
    await eventually('it is not ready', async () => (await instance.readiness()) !== 200)
    expect(await instance.readiness()).toBe(503)
    expect(await instance.answers()).toBe(true)
    expect((await answers).map(({ status }) => status)).toEqual(served)
    expect(await ended).toBe(0)
    expect(await instance.answers()).toBe(false)
    expect(instance.process().output()).not.toContain('The request failed')
  })

  it('refuses new connections before the last request is answered', async () => {
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
  })

  it('does not end early if it gets the signal twice, as with Ctrl+C in a terminal', async () => {
    const { instance, answers } = await instanceInUse()
    const ended = instance.end('SIGINT')
    await eventually('it is not ready', async () => (await instance.readiness()) !== 200)
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

describe('the time that a shutdown takes', () => {
  it('is short if no request is being served', async () => {
    const gatehouse = await startGatehouse()
    expect((await gatehouse.browser().get('/healthz')).status).not.toBe(0)
    const startedAt = performance.now()
    expect(await drain(gatehouse.app, { notReadyMs: 30_000, timeoutMs: 40_000 })).toBe(0)
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
