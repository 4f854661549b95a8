import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '@gatehouse/test-support/redis'
import { startRedisCluster, until, type RedisCluster } from '@gatehouse/test-support/redis-cluster'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sameBrowser, whoAmI } from './browsers.ts'
import { eventually } from './eventually.ts'
import { startFleet, type Fleet } from './fleet.ts'
import type { Instance } from './instance.ts'
import { ask, graphNamesTheCaller, signInPeople, strangers, type Person } from './people.ts'
import { startSteadyLoad, type SteadyLoad, type Timed } from './steady-load.ts'

const count = 30
const perSecond = 80
/** How long the load goes on before and after each loss, so that each has figures of its own, milliseconds. */
const calmMs = 1000

let cluster: RedisCluster
let fleet: Fleet
let load: SteadyLoad | undefined
beforeAll(async () => {
  fleet = await startFleet({ rateLimits: { perSession: 1_000_000 } }, async () => {
    cluster = await startRedisCluster({ withReplicas: true })
    return cluster
  })
})
afterAll(async () => {
  await load?.stop()
  await fleet.end()
})

/** The result of one loss: every answer from just before it until all were served again for a while. */
interface Loss {
  what: string
  asked: readonly Timed[]
}

const failures = (asked: readonly Timed[]) => asked.filter(({ status }) => status !== 200)

/** The object ids that each instance knows the users by. */
function knownTo({ deployment, instances }: Fleet, people: readonly Person[]) {
  const names = ({ origin }: Instance) =>
    people.map(({ browser }) => whoAmI(sameBrowser(browser, origin, deployment.publicUrl)))
  return Promise.all(instances.map((instance) => Promise.all(names(instance))))
}

/** A replica's takeover. `lose` starts it. */
async function takeover(
  index: number,
  lose: (primary: RedisServer, replica: RedisServer) => unknown,
) {
  const [primary, replica] = [cluster.primaries[index], cluster.replicas[index]]
  if (!primary || !replica) throw new Error('There is no such node')
  await lose(primary, replica)
  await until(async () => String(await replica.command('ROLE')).startsWith('master'))
}

it('on a cluster, an instance and then two primaries go under load: no session is lost, no answer is another user’s, and all are served again', async () => {
  const { deployment, proxy, instances } = fleet
  graphNamesTheCaller(deployment)
  const people = await signInPeople(deployment, proxy.origin, count)
  const steady = startSteadyLoad(people, perSecond, ask)
  load = steady

  /** Loses something under load, and goes on until all are served again for a while. */
  async function during(what: string, lose: () => Promise<unknown>): Promise<Loss> {
    await sleep(calmMs)
    const before = steady.asked().length
    await lose()
    const after = steady.asked().length
    await eventually(`everybody is served after: ${what}`, () => steady.servesAll(after))
    await sleep(calmMs)
    const loss = { what, asked: steady.asked().slice(before) }
    process.stdout.write(`${summary(loss)}\n`)
    return loss
  }

  const [victim] = instances
  const killed = await during('an instance is killed', () => victim.end('SIGKILL'))
  const back = await during('it is started again', () => victim.startAgain())
  const handedOver = await during('a primary hands over', () =>
    takeover(0, (_primary, replica) => replica.command('CLUSTER', 'FAILOVER')),
  )
  const died = await during('a primary is killed', () => takeover(1, (primary) => primary.kill()))
  const asked = await steady.stop()

  expect(strangers(asked)).toEqual([])
  expect(asked.filter(({ of }) => of !== undefined).length).toBeGreaterThan(asked.length / 2)
  expect(await knownTo(fleet, people)).toEqual(
    instances.map(() => people.map(({ objectId }) => objectId)),
  )
  const served = new Set(asked.map(({ status }) => status))
  expect([200, 502, 503]).toEqual(expect.arrayContaining([...served]))
  // 502 is the proxy's answer for a lost instance, 503 the app's for a lost node of the store. There is no 401.
  const statuses = ({ asked: some }: Loss) => new Set(failures(some).map(({ status }) => status))
  expect([502]).toEqual(expect.arrayContaining([...statuses(killed), ...statuses(back)]))
  // One request of each user may have been under way there.
  expect(failures([...killed.asked, ...back.asked]).length).toBeLessThanOrEqual(count)
  expect([503]).toEqual(expect.arrayContaining([...statuses(handedOver), ...statuses(died)]))
  const refused = asked.filter(({ status }) => status === 503)
  expect(refused.filter(({ retryAfter }) => !/^[1-9]\d*$/.test(retryAfter ?? ''))).toEqual([])
})

/** The figures that docs/operate.md has. */
function summary({ what, asked }: Loss): string {
  const failed = failures(asked)
  const times = failed.map(({ at }) => at)
  const seconds = failed.length < 2 ? 0 : (Math.max(...times) - Math.min(...times)) / 1000
  const kinds = Object.entries(Object.groupBy(failed, ({ status }) => status)).map(
    ([status, some]) => `${some?.length} × ${status}`,
  )
  return `${what}: ${asked.length} requests, ${kinds.join(', ') || 'none failed'}, within ${seconds.toFixed(1)} s`
}
