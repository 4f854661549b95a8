import { beforeAll, describe, expect, it } from 'vitest'
import { documentedScenarios } from '@gatehouse/test-support/documented-scenarios'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { Finding } from '../../src/doctor/index.ts'
import { setScenario } from '@gatehouse/tenant/testing'

const rows = documentedScenarios()
/** These take seconds, so they run at the same time, each with its own app. */
const slow = rows.filter(({ id }) => /-(?:slow|hangs|drips)$/.test(id))
const quick = rows.filter((row) => !slow.includes(row))
/** Scenarios of which the doctor has something to say, and one of which it has not. */
const telling = quick.filter(({ doctor }, index) => doctor !== '–' || index === 0)
const others = quick.filter((row) => !telling.includes(row))

const config = { clientSecretExpires: '2099-12-31' }
/** Not checked on localhost, and where no route requires a role. */
const never = new Set(['public-url', 'device-bound', 'roles'])
const inWords: [Finding['status'], string][] = [
  ['fail', 'fails'],
  ['warn', 'warns'],
  ['unknown', 'not checked'],
]

/** The cell "Doctor". */
async function doctorSays(gatehouse: Gatehouse, id: string): Promise<string> {
  // It looks twelve times a minute at most, and keeps what the tenant said of a credential for a minute.
  gatehouse.advance(61_000)
  const clear = await setScenario(gatehouse.tenant, id)
  try {
    const answer = await gatehouse.browser().get('/api/doctor')
    const { findings } = answer.json() as { findings: Finding[] }
    const cells = inWords.map(([status, words]) => {
      const ids = findings.filter((one) => one.status === status && !never.has(one.id))
      return ids.length > 0 && `${ids.map((one) => `\`${one.id}\``).join(', ')} ${words}`
    })
    return cells.filter(Boolean).join('; ') || '–'
  } finally {
    await clear()
  }
}

describe('in each scenario, the doctor says what is documented for the local tenant', () => {
  const gatehouse = useTestApp({ config })

  it.each(telling)('$id: $doctor', async ({ id, doctor }) => {
    expect(await doctorSays(gatehouse(), id)).toBe(doctor)
  })

  it.each(others)('$id: nothing', { tags: ['thorough'] }, async ({ id, doctor }) => {
    expect(await doctorSays(gatehouse(), id)).toBe(doctor)
  })
})

describe(
  'in a scenario with a wait, the doctor says what is documented',
  { tags: ['thorough'] },
  () => {
    const said = new Map<string, string>()

    beforeAll(async () => {
      await Promise.all(
        slow.map(async ({ id }) => {
          const gatehouse = await startGatehouse({ config })
          try {
            said.set(id, await doctorSays(gatehouse, id))
          } finally {
            await gatehouse.close()
          }
        }),
      )
    }, 60_000)

    it.each(slow)('$id: $doctor', ({ id, doctor }) => {
      expect(said.get(id)).toBe(doctor)
    })
  },
)
