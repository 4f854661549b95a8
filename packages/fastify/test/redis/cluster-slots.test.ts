import { expectUnavailable } from '@gatehouse/test-support/expect-problem'
import { startGatehouse, type Gatehouse, type Instance } from '@gatehouse/test-support/gatehouse'
import type { RedisServer } from '@gatehouse/test-support/redis'
import { startRedisCluster, until, type RedisCluster } from '@gatehouse/test-support/redis-cluster'
import type { Browser } from '@gatehouse/tenant/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diagnose } from '../../src/doctor/index.ts'

const sessionKeys = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)).toString('base64')

let cluster: RedisCluster
let gatehouse: Gatehouse
let other: Instance
/** Of a user who is signed in, and known to both instances. */
let browser: Browser
let slot: string
/** Has the slot of the user's session at first. */
let source: RedisServer
let target: RedisServer
beforeEach(async () => {
  cluster = await startRedisCluster()
  gatehouse = await startGatehouse({ env: { STORE_URL: cluster.url, SESSION_KEYS: sessionKeys } })
  other = await gatehouse.startSecondInstance()
  browser = await signedIn()
  const [found] = await sessionsByNode()
  if (!found) throw new Error('There is no session')
  source = found.node
  target = cluster.primaries.find((node) => node !== source) ?? source
  slot = String(await source.command('CLUSTER', 'KEYSLOT', found.key))
})
afterEach(async () => {
  await gatehouse.close()
  await cluster.dispose()
})

async function signedIn(): Promise<Browser> {
  const visitor = gatehouse.browser()
  await visitor.signIn()
  for (const instance of [gatehouse, other]) expect(await readAt(instance, visitor)).toBe(200)
  return visitor
}

/** Of a page that reads the session's record. */
async function readAt(instance: Gatehouse | Instance, visitor: Browser): Promise<number> {
  const cookie = await visitor.cookieHeader()
  return (await instance.browser().send('/api/claims', { cookie })).status
}

async function sessionsByNode(): Promise<{ node: RedisServer; key: string }[]> {
  const lists = cluster.primaries.map(async (node) => {
    const keys = (await node.command('KEYS', 'gatehouse:session:*')) as string[]
    return keys.map((key) => ({ node, key }))
  })
  return (await Promise.all(lists)).flat()
}

async function readiness(instance: Gatehouse | Instance) {
  const { status, text } = await instance.browser().get('/readyz')
  return { status, warnings: (JSON.parse(text) as { warnings?: string[] }).warnings }
}

async function doctorsFinding() {
  const findings = await diagnose(gatehouse.environment, gatehouse.dataDir)
  return findings.find(({ id }) => id === 'store')
}

const named = {
  status: 'fail',
  reason: expect.stringContaining('cluster with missing nodes') as unknown,
}

describe('a slot of a cluster that moves to another node while its session is in use', () => {
  /** Moves the keys of the slot, after which the source answers ASK, and then the slot, for MOVED. */
  async function move(isComplete: boolean): Promise<void> {
    const [from, to] = await Promise.all(
      [source, target].map(async (node) => String(await node.command('CLUSTER', 'MYID'))),
    )
    await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from ?? '')
    await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to ?? '')
    const keys = (await source.command('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[]
    const { port } = new URL(target.url)
    for (const key of keys) await source.command('MIGRATE', '127.0.0.1', port, key, '0', '5000')
    if (!isComplete) return
    for (const node of [target, ...cluster.primaries.filter((one) => one !== target)]) {
      await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', to ?? '')
    }
  }

  async function repliesWith(word: string): Promise<number> {
    const stats = String(await source.command('INFO', 'errorstats'))
    return Number(new RegExp(`errorstat_${word}:count=(\\d+)`).exec(stats)?.[1] ?? 0)
  }

  it.each(['ASK', 'MOVED'])(
    'is found by %s, and a sign-out is still seen at once',
    async (word) => {
      await move(word === 'MOVED')
      for (const instance of [gatehouse, other]) {
        expect(await readAt(instance, browser)).toBe(200)
        expect(await readiness(instance)).toEqual({ status: 200, warnings: undefined })
      }
      expect((await browser.post('/api/session/extend')).status).toBe(200)
      expect(await readAt(other, browser)).toBe(200)
      expect(await repliesWith(word)).toBeGreaterThan(0)
      expect(await doctorsFinding()).toMatchObject({ status: 'pass' })
      const cookie = await browser.cookieHeader()
      const me = async () => (await other.browser().send('/api/me', { cookie })).status
      expect(await me()).toBe(200)
      expect((await browser.post('/auth/sign-out')).status).toBe(200)
      await expect.poll(me, { timeout: 500, interval: 5 }).toBe(401)
    },
  )
})

describe('a slot of a cluster that is on no node', () => {
  const all = (...words: string[]) =>
    Promise.all(cluster.primaries.map((node) => node.command(...words)))

  /** Until all nodes say so: those that do not yet tell the others of the slot again. */
  async function removeSlot(): Promise<void> {
    await until(async () => {
      await all('CLUSTER', 'DELSLOTS', slot).catch(() => undefined)
      const infos = (await all('CLUSTER', 'INFO')).map(String)
      return infos.every((info) => info.includes('cluster_slots_assigned:16383'))
    })
  }

  async function recovers(instances: readonly (Gatehouse | Instance)[]): Promise<void> {
    await source.command('CLUSTER', 'ADDSLOTS', slot)
    for (const instance of instances) {
      await expect
        .poll(() => readiness(instance), { timeout: 15_000, interval: 100 })
        .toEqual({ status: 200, warnings: undefined })
      await expect.poll(() => readAt(instance, browser), { timeout: 15_000 }).toBe(200)
    }
  }

  it('makes the cluster refuse every key: all is 503 and named, and no session ends', async () => {
    await removeSlot()
    await expect.poll(async () => (await readiness(gatehouse)).status).toBe(503)
    const answer = await browser.get('/api/claims')
    expectUnavailable(answer)
    expect(answer.setCookies).toEqual([])
    expect(gatehouse.logs.join('\n')).toContain('The session store is a cluster with missing nodes')
    expect(await doctorsFinding()).toMatchObject(named)
    await recovers([gatehouse, other])
  })

  it('makes a cluster that serves the others warn of store_cluster, also an instance that starts then', async () => {
    await all('CONFIG', 'SET', 'cluster-require-full-coverage', 'no')
    await removeSlot()
    const late = await gatehouse.startSecondInstance()
    for (const instance of [gatehouse, late]) {
      await expect
        .poll(() => readiness(instance), { timeout: 10_000 })
        .toEqual({ status: 200, warnings: ['store_cluster'] })
      expect(await readAt(instance, browser)).toBe(503)
    }
    expect((await gatehouse.browser().signIn()).location).toBe('/')
    const lines = gatehouse.logs.filter((line) => line.includes('"event":"store_not_writable"'))
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toContain('"reason":"cluster"')
    expect(gatehouse.logs.join('\n')).not.toContain('The session store did not answer')
    expect(await doctorsFinding()).toMatchObject(named)
    await recovers([gatehouse, other, late])
  })
})
