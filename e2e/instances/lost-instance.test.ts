import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { startFleet, type Fleet } from './fleet.ts'
import { ask, graphNamesTheCaller, signInPeople, strangers, type Asked } from './people.ts'
import { sameBrowser, whoAmI } from './browsers.ts'

const count = 20
const turnsEach = 30

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.end())

it('an instance that is killed under load signs no user out and mixes up no users', async () => {
  const { deployment, proxy, instances } = fleet
  const [victim] = instances
  const victimsName = `127.0.0.1:${victim.port}`
  graphNamesTheCaller(deployment)
  const people = await signInPeople(deployment, proxy.origin, count)
  const asked: Asked[] = []
  const before = proxy.passed().length

  const load = Promise.all(
    people.map(async (person, at) => {
      // Each user sends another kind of request, so that all kinds are under way at any moment.
      for (let turn = at; turn < at + turnsEach; turn += 1) asked.push(await ask(person, turn))
    }),
  )
  await eventually('a third of the load is done', () => asked.length > (count * turnsEach) / 3)
  await victim.end('SIGKILL')
  const atTheKill = asked.length
  await load

  const passed = proxy.passed().slice(before)
  expect(asked).toHaveLength(count * turnsEach)
  expect(strangers(asked)).toEqual([])
  // 502 is the proxy's answer for a lost instance. There is no 401.
  const lost = asked.filter(({ status }) => status !== 200)
  expect(lost.filter(({ status }) => status !== 502)).toEqual([])
  // Requests that were under way there, or reached the closed port before the proxy noticed.
  const wentThere = passed.filter(({ instances: tried, answers }) =>
    tried.some((name, at) => name === victimsName && answers[at] !== 200),
  )
  expect(lost.length).toBeLessThanOrEqual(wentThere.length)
  expect(wentThere.length).toBeLessThanOrEqual(count)
  expect(asked.slice(atTheKill + count).filter(({ status }) => status !== 200)).toEqual([])

  // After its restart it knows every session, and gets its share of requests again.
  await victim.startAgain()
  const returned = people.map(({ browser }) =>
    whoAmI(sameBrowser(browser, victim.origin, deployment.publicUrl)),
  )
  expect(await Promise.all(returned)).toEqual(people.map(({ objectId }) => objectId))
  await eventually('the proxy asks it again', async () => {
    const already = proxy.passed().length
    await Promise.all(people.slice(0, 6).map(({ browser }) => whoAmI(browser)))
    return proxy
      .passed()
      .slice(already)
      .some(({ instances: tried }) => tried.includes(victimsName))
  })
})
