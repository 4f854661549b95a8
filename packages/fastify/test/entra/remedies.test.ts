import { describe, expect, it } from 'vitest'
import { causeOf, remedyFor } from '../../src/entra/aadsts.ts'
import { meanings } from '../../src/entra/aadsts-table.ts'
import { publishedAadsts } from '../support/published-aadsts.ts'
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

  it.each(publishedAadsts)('is there for the published AADSTS%i', (aadsts) => {
    const remedy = remedyFor({ aadsts })
    expect(remedy?.fix).toMatch(/^[A-Z].*\.$/)
    expect(remedy?.portal).toMatch(/^[A-Z]/)
    expect(remedy?.who).toMatch(/^(?:user|administrator|developer|microsoft)$/)
  })

  it('has one meaning for each number', () => {
    const numbers = meanings.flatMap((meaning) => meaning.numbers)
    expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
  })

  it.each([
    [9002327, 'misconfigured', 'developer', 'Web'],
    [500014, 'misconfigured', 'administrator', 'disabled'],
    [90009, 'misconfigured', 'developer', 'client id'],
    [900144, 'misconfigured', 'developer', 'request'],
    [90014, 'misconfigured', 'developer', 'request'],
    [1002016, 'misconfigured', 'developer', 'TLS'],
    [500112, 'misconfigured', 'developer', 'redirect URI'],
    [530003, 'denied', 'administrator', 'device'],
    [50055, 'password', 'user', 'password'],
    [50144, 'password', 'user', 'password'],
    [700025, 'misconfigured', 'developer', 'public client'],
    [50053, 'denied', 'administrator', 'locked'],
    [80001, 'unavailable', 'administrator', 'servers'],
    [65001, 'consent_required', 'user', 'consent'],
    [90094, 'admin_consent_required', 'administrator', 'consent'],
    [90095, 'admin_consent_required', 'administrator', 'consent'],
  ])('says what AADSTS%i means, and who can mend it', (aadsts, cause, who, word) => {
    // Whatever OAuth error comes with it.
    for (const oauthError of ['invalid_grant', 'invalid_request', 'invalid_client', undefined]) {
      expect(causeOf(oauthError, aadsts)).toBe(cause)
    }
    expect(remedyFor({ aadsts })).toMatchObject({ who })
    expect(remedyFor({ aadsts })?.fix).toContain(word)
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
