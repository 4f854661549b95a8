import { describe, expect, it } from 'vitest'
import { remedyFor } from '../../src/entra/aadsts.ts'
import { meanings } from '../../src/entra/aadsts-table.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function lines(event: string): Record<string, unknown>[] {
  const all = gatehouse().logs.map((line) => JSON.parse(line) as Record<string, unknown>)
  return all.filter((line) => line['event'] === event)
}

describe('advice for the operator', () => {
  it.each(meanings.flatMap(({ numbers }) => numbers))('is there for AADSTS%i', (aadsts) => {
    expect(remedyFor({ aadsts })?.fix).toMatch(/^[A-Z].*\.$/)
  })

  it('names a setting for every error that the operator can fix', () => {
    const operators = meanings.filter(({ cause }) => cause === 'misconfigured')
    const numbers = operators.flatMap((meaning) => meaning.numbers)
    expect(numbers.length).toBeGreaterThan(15)
    for (const aadsts of numbers) expect(remedyFor({ aadsts })?.setting).toBeTruthy()
  })

  it('is in the log line of a refused sign-in, with the request’s id', async () => {
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code: 700016 })
    const { location } = await gatehouse().browser().signIn()
    const id = new URL(location, 'http://x').searchParams.get('id')
    const [line] = lines('sign_in_refused')
    expect(line).toMatchObject({
      reqId: id,
      aadsts: 700016,
      advice: {
        setting: 'clientId and tenant',
        portal: expect.stringContaining('Overview') as string,
      },
    })
  })

  it('is in the log line of a token that was not refreshed', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    gatehouse().tenant.revokeTokens()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code: 7000222 })
    expect((await browser.get('/api/users')).status).toBe(503)
    expect(lines('refresh_refused')).toMatchObject([
      { aadsts: 7000222, advice: { setting: 'clientSecret or credentials' } },
    ])
  })
})
