import { describe, expect, it } from 'vitest'
import type { Fault } from '@gatehouse/tenant'
import { signInAtTenant, type Browser } from '@gatehouse/tenant/testing'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()
const returnTo = '/users?q=ada&sort=-name#row'
const link = `/auth/sign-in?prompt=none&returnTo=${encodeURIComponent(returnTo)}`

async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.get('/api/me')).status === 200
}

/** Path and query of Microsoft’s answer without a code. */
function callback(state: string, error = 'login_required'): string {
  return `/auth/redirect?${new URLSearchParams({ error, state }).toString()}`
}

/** Goes to the tenant and back, with the cookies of its earlier visits. */
async function silently(browser: Browser, atTenant = new Map<string, string>()) {
  const started = await browser.get(link)
  const { location } = await signInAtTenant(started.location, { cookies: atTenant })
  const { pathname, search, searchParams } = new URL(location)
  return { answer: await browser.get(`${pathname}${search}`), error: searchParams.get('error') }
}

/** A user whom the tenant knows, in a browser without a session here. */
async function knownAtTenant(): Promise<Map<string, string>> {
  const cookies = new Map<string, string>()
  const browser = gatehouse().browser()
  const { location } = await signInAtTenant(await browser.startSignIn(), { cookies })
  expect(location).toContain('code=')
  return cookies
}

describe('a silent sign-in', () => {
  it('signs in a user whom Microsoft knows, and returns', async () => {
    const browser = gatehouse().browser()
    const { answer } = await silently(browser, await knownAtTenant())
    expect([answer.status, answer.location]).toEqual([303, returnTo])
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('returns signed out if Microsoft knows no user', async () => {
    const browser = gatehouse().browser()
    const { answer, error } = await silently(browser)
    expect(error).toBe('login_required')
    expect([answer.status, answer.location]).toEqual([303, returnTo])
    expect(await isSignedIn(browser)).toBe(false)
  })

  it.each([
    'login_required',
    'interaction_required',
    'consent_required',
    'account_selection_required',
    'server_error',
    'temporarily_unavailable',
    'access_denied',
    'an_error_of_tomorrow',
  ])('returns signed out, without a problem page, after %s', async (error) => {
    const browser = gatehouse().browser()
    const { location } = await browser.get(link)
    const state = new URL(location).searchParams.get('state') ?? ''
    const answer = await browser.get(callback(state, error))
    expect([answer.status, answer.location]).toEqual([303, returnTo])
    expect(await isSignedIn(browser)).toBe(false)
    expect(await browser.cookieHeader()).toBe('')
  })

  it.each<[string, Fault]>([
    ['resets the connection', { at: 'token', kind: 'reset' }],
    ['fails', { at: 'token', kind: 'respond', status: 500, body: 'broken' }],
    ['refuses the code', { at: 'token', kind: 'aadsts', code: 70008 }],
    ['wants stronger proof', { at: 'token', kind: 'aadsts', code: 50076 }],
  ])('returns signed out if the token endpoint %s', async (_what, fault) => {
    const browser = gatehouse().browser()
    const known = await knownAtTenant()
    gatehouse().tenant.faults.set(fault)
    const { answer } = await silently(browser, known)
    expect([answer.status, answer.location]).toEqual([303, returnTo])
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('leaves a session as it is, and does not ask Microsoft for another user', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const before = await browser.cookieHeader()
    const answer = await browser.get(link)
    expect([answer.status, answer.location]).toEqual([303, returnTo])
    expect(await browser.cookieHeader()).toBe(before)
  })

  it('is answered once: the same state opens nothing afterwards', async () => {
    const browser = gatehouse().browser()
    const { location } = await browser.get(link)
    const state = new URL(location).searchParams.get('state') ?? ''
    const address = callback(state)
    const kept = await browser.cookieHeader()
    await browser.get(address)
    const again = await browser.send(address, { cookie: kept })
    expect([again.status, again.location]).toEqual([303, returnTo])
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('leads to no other site', async () => {
    const browser = gatehouse().browser()
    const { location } = await browser.get('/auth/sign-in?prompt=none&returnTo=//evil.test')
    const state = new URL(location).searchParams.get('state') ?? ''
    expect((await browser.get(callback(state))).location).toBe('/')
  })
})

describe('a silent sign-in while the tenant does not answer', () => {
  it.each(['reset', 'hang'] as const)('returns signed out, and soon: %s', async (kind) => {
    const app = await startGatehouse()
    try {
      app.tenant.faults.set({ at: 'discovery', kind })
      const began = performance.now()
      const answer = await app.browser().get(link)
      expect([answer.status, answer.location, answer.setCookies]).toEqual([303, returnTo, []])
      expect(performance.now() - began).toBeLessThan(6000)
    } finally {
      await app.close()
    }
  })
})
