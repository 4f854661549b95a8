import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRedis, type RedisServer } from '@gatehouse/test-support/redis'
import { createBrowser, sameBrowser, useNewConnections, whoAmI, type Browser } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { eventually } from './eventually.ts'
import type { Instance } from './instance.ts'

/** A request waits at most two seconds for the store; the rest is for a slow machine. */
const honestWithinMs = 2500

let redis: RedisServer
let deployment: Deployment
let one: Instance
let other: Instance
beforeAll(async () => {
  useNewConnections()
  redis = await startRedis('--appendonly', 'yes')
  deployment = await prepareDeployment({ env: { STORE_URL: redis.url } })
  deployment.onEnd(() => redis.dispose())
  ;[one, other] = await Promise.all([deployment.start(), deployment.start()])
})
afterAll(() => deployment.end())

const processes = () => [one, other].map((instance) => instance.process().pid)

let browser: Browser
let me: string | number
beforeEach(async () => {
  browser = createBrowser(one.origin, deployment.publicUrl)
  await browser.signIn()
  me = await whoAmI(browser)
  if (typeof me === 'number') throw new Error(`The sign-in does not hold: ${me}`)
})

const there = () => sameBrowser(browser, other.origin, deployment.publicUrl)

async function bothReady(): Promise<void> {
  for (const instance of [one, other]) {
    await eventually('it is ready again', async () => (await instance.readiness()) === 200)
  }
}

async function canSignInAgain(): Promise<void> {
  expect((await browser.signIn()).location).toBe('/')
  expect([await whoAmI(browser), await whoAmI(there())]).toEqual([me, me])
}

describe('while Redis is down', () => {
  it('a session that is open in memory is served, and any other gets a 503 in time', async () => {
    await redis.kill()
    await eventually('the loss is noticed', async () => (await one.readiness()) === 503)
    expect(await whoAmI(browser)).toBe(me)
    const startedAt = performance.now()
    const answer = await there().get('/api/me')
    expect(performance.now() - startedAt).toBeLessThan(honestWithinMs)
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json()).toMatchObject({ code: 'unavailable', status: 503 })
    // A session that cannot be read has not ended, so the browser keeps its cookie.
    expect(answer.setCookies).toEqual([])
    await redis.start()
    await bothReady()
  })

  it('a sign-in ends at a 503 page without a session cookie, and works later', async () => {
    const visitor = createBrowser(other.origin, deployment.publicUrl)
    const callback = await visitor.callbackFrom(await visitor.startSignIn())
    await redis.kill()
    const startedAt = performance.now()
    expect((await visitor.get(callback)).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(honestWithinMs)
    expect(await visitor.cookie('session')).toBeUndefined()
    await redis.start()
    await bothReady()
    expect((await visitor.signIn()).location).toBe('/')
    expect(await whoAmI(visitor)).toEqual(expect.any(String))
  })

  it('every process stays alive, and says that it is alive and not ready', async () => {
    const before = processes()
    await redis.kill()
    for (const instance of [one, other]) {
      await eventually('it is not ready', async () => (await instance.readiness()) === 503)
      expect(await instance.answers()).toBe(true)
    }
    await redis.start()
    await bothReady()
    expect(processes()).toEqual(before)
    expect(await Promise.all([one.answers(), other.answers()])).toEqual([true, true])
  })
})

describe('when Redis is back', () => {
  it('with its data, sessions go on at every instance', async () => {
    await redis.kill()
    await eventually('the loss is noticed', async () => (await other.readiness()) === 503)
    await redis.start()
    await bothReady()
    expect([await whoAmI(browser), await whoAmI(there())]).toEqual([me, me])
  })

  it('without its data, sessions have ended cleanly, open or not, and people sign in again', async () => {
    await redis.kill()
    rmSync(join(redis.folder, 'appendonlydir'), { recursive: true })
    await redis.start()
    await bothReady()
    expect([await whoAmI(browser), await whoAmI(there())]).toEqual([401, 401])
    await canSignInAgain()
  })

  it('emptied by FLUSHALL, sessions have ended cleanly, open or not, and people sign in again', async () => {
    expect(await whoAmI(there())).toBe(me)
    await redis.command('FLUSHALL')
    for (const at of [browser, there()]) {
      await eventually('it refuses', async () => (await whoAmI(at)) === 401, 1000)
      const answer = await at.get('/api/me')
      expect(answer.json()).toMatchObject({ code: 'sign_in_required', status: 401 })
    }
    await canSignInAgain()
  })
})
