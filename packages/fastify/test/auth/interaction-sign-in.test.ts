import { describe, expect, it } from 'vitest'
import { problemPageCode } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()
const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'

describe('a sign-in for which Entra requires a step-up at the token endpoint', () => {
  it('returns to Microsoft automatically with the requested claims, and ends on the requested page', async () => {
    const { tenant } = gatehouse()
    const browser = gatehouse().browser()
    tenant.faults.set({ at: 'token', kind: 'aadsts', code: 50076, claims, times: 1 })
    const again = await browser.signIn({ returnTo: '/users?q=a' })
    expect(again.status).toBe(303)
    const asked = new URL(again.location)
    expect(asked.origin).toBe(tenant.origin)
    expect(asked.searchParams.get('claims')).toContain('"acrs":{"essential":true,"value":"c1"}')
    const back = await browser.send(await browser.callbackFrom(again.location))
    expect([back.status, back.location]).toEqual([303, '/users?q=a'])
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('returns once, and shows a page with a button the second time', async () => {
    const { tenant } = gatehouse()
    const browser = gatehouse().browser()
    tenant.faults.set({ at: 'token', kind: 'aadsts', code: 50076, claims })
    const again = await browser.signIn()
    const answer = await browser.send(await browser.callbackFrom(again.location))
    expect([answer.status, problemPageCode(answer)]).toEqual([303, 'step_up'])
    expect(tokenRequests(tenant)).toHaveLength(2)
    expect(await browser.cookie('session-5173')).toBeUndefined()
  })

  it('leaves only the cookie of the second attempt', async () => {
    const browser = gatehouse().browser()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code: 50076, claims, times: 1 })
    await browser.signIn()
    expect((await browser.cookieHeader()).match(/sign-in-/g)).toHaveLength(1)
  })

  it('asks for the same as before if Entra sends no claims, or malformed ones', async () => {
    const { tenant } = gatehouse()
    for (const useless of [undefined, '{"x":1}', 'not json']) {
      tenant.faults.clear()
      tenant.faults.set({
        at: 'token',
        kind: 'aadsts',
        code: 50079,
        times: 1,
        ...(useless !== undefined && { claims: useless }),
      })
      const browser = gatehouse().browser()
      const again = await browser.signIn()
      expect(new URL(again.location).searchParams.get('claims')).not.toMatch(/"x"|not json|acrs/)
      const back = await browser.send(await browser.callbackFrom(again.location))
      expect(back.location).toBe('/')
    }
  })
})
