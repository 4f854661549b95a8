import { beforeAll, describe, expect, it } from 'vitest'
import { documentedScenarios } from '@gatehouse/test-support/documented-scenarios'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'
import { runScenario } from '../support/run-scenario.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'

const unlimited = 1_000_000
const config = { rateLimits: { perAddress: unlimited, perSession: unlimited } }

const rows = documentedScenarios().map((row, index) => ({ ...row, index }))
/** These take long, so they run at the same time, each with its own app. */
const slow = rows.filter(({ id }) => /-(?:slow|hangs|drips)$/.test(id))
const quick = rows.filter((row) => !slow.includes(row))
/** The first scenario for each answer. */
const oneOfEach = quick.filter(
  (row, index) => index === quick.findIndex((other) => other.apiAnswer === row.apiAnswer),
)
const others = quick.filter((row) => !oneOfEach.includes(row))

/** A user for each, after the users with special roles, except the guest. */
const placeOf = (id: string, index: number) => (id === 'graph-guests-forbidden' ? 8 : 20 + index)

/** Written once an hour, or once while it lasts: not for every scenario that shows it. */
const rare = new Set(['clock'])

/** The cells "API answer" and "Log". */
async function runLogged(gatehouse: Gatehouse, id: string, user: string) {
  const before = gatehouse.logs.length
  const apiAnswer = await runScenario(gatehouse, id, user)
  const lines = gatehouse.logs.slice(before).map((line) => JSON.parse(line) as LogLine)
  const events = lines.filter(({ level }) => level >= 40).map(({ event }) => event)
  const named = [...new Set(events)].filter((event) => !rare.has(event)).toSorted()
  return { apiAnswer, log: named.map((event) => `\`${event}\``).join(', ') || '–' }
}

interface LogLine {
  level: number
  event: string
}

describe('in each scenario, answer and log are as documented for the local tenant', () => {
  const gatehouse = useTestApp({ config })

  async function livedThrough({ id, index }: (typeof rows)[number]) {
    // The app requests keys and metadata twice a minute at most, and remembers for half a minute that Entra
    // refused it. So these run in a new app of their own.
    const asksOnce = /^(?:keys|discovery)-|^secret-expired$/.test(id)
    if (asksOnce) await gatehouse().restart()
    try {
      const user = people(gatehouse().tenant).at(placeOf(id, index)).userPrincipalName
      return await runLogged(gatehouse(), id, user)
    } finally {
      if (asksOnce) await gatehouse().restart()
    }
  }

  it.each(oneOfEach)('$id: $apiAnswer', async (row) => {
    expect(await livedThrough(row)).toEqual({ apiAnswer: row.apiAnswer, log: row.log })
  })

  it.each(others)('$id, like another row: $apiAnswer', { tags: ['thorough'] }, async (row) => {
    expect(await livedThrough(row)).toEqual({ apiAnswer: row.apiAnswer, log: row.log })
  })
})

describe(
  'in a scenario with a wait, answer and log are as documented',
  { tags: ['thorough'] },
  () => {
    const lived = new Map<string, Awaited<ReturnType<typeof runLogged>>>()

    beforeAll(async () => {
      await Promise.all(
        slow.map(async ({ id }) => {
          const gatehouse = await startGatehouse({ config })
          const [user] = gatehouse.tenant.users
          try {
            lived.set(id, await runLogged(gatehouse, id, user?.userPrincipalName ?? ''))
          } finally {
            await gatehouse.close()
          }
        }),
      )
    }, 60_000)

    it.each(slow)('$id: $apiAnswer', ({ id, apiAnswer, log }) => {
      expect(lived.get(id)).toEqual({ apiAnswer, log })
    })
  },
)
