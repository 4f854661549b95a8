import { describe, expect, it } from 'vitest'
import { continueUrl } from '@gatehouse/contract/paths'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { tokenRequests } from '../support/token-requests.ts'
import { askToken, tokenRoute } from '@gatehouse/test-support/token-route'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000
const gatehouse = useTestApp({
  config: { session: { idleMinutes: 1440, absoluteMinutes: 43_200 } },
  oneClock: true,
  extend: tokenRoute,
})

/** The address of _Continue_: the authorize address of the local tenant. */
async function authorizeUrl(browser: Browser, signInUrl: string | undefined): Promise<URL> {
  const answer = await browser.get(continueUrl(signInUrl ?? '', '/users?q=no#2'))
  expect(answer.status).toBe(303)
  return new URL(answer.location)
}

describe('a permission that was not granted', () => {
  it('is 401 with the permission and a way to grant it, and the session stays', async () => {
    const browser = await gatehouse().signedIn(40)
    const problem = expectProblem(await askToken(browser, 'Mail.Read'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason: 'consent', scopes: ['Mail.Read'] })
    expect(problem.signInUrl).toMatch(/^\/auth\/sign-in\?returnTo=%2F&challenge=[\w-]{16}$/)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('is requested by Continue, with all other permissions and the same account, and then works', async () => {
    const browser = await gatehouse().signedIn(41)
    const { signInUrl } = expectProblem(
      await askToken(browser, 'Mail.Read'),
      401,
      'interaction_required',
    )
    const url = await authorizeUrl(browser, signInUrl)
    expect(url.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['openid', 'offline_access', 'User.ReadBasic.All', 'Mail.Read']),
    )
    const user = people(gatehouse().tenant).at(41).userPrincipalName
    expect(url.searchParams.get('login_hint')).toBe(user)
    const back = await browser.send(await browser.callbackFrom(url.href, { user }))
    expect([back.status, back.location]).toEqual([303, '/users?q=no#2'])
    expect((await askToken(browser, 'Mail.Read')).status).toBe(200)
    expect((await askToken(browser, 'User.ReadBasic.All')).status).toBe(200)
  })

  it('is requested from Entra once within a few seconds, however often the page asks', async () => {
    const browser = await gatehouse().signedIn(42)
    const before = tokenRequests(gatehouse().tenant).length
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => askToken(browser, 'Mail.Read')),
    )
    answers.push(await askToken(browser, 'Mail.Read'))
    const links = answers.map(
      (answer) => expectProblem(answer, 401, 'interaction_required').signInUrl,
    )
    expect(new Set(links).size).toBe(1)
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(before + 1)
    gatehouse().advance(6_000)
    expectProblem(await askToken(browser, 'Mail.Read'), 401, 'interaction_required')
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(before + 2)
  })

  it('that was withdrawn is noticed when the token has expired, and granted again by Continue', async () => {
    const { tenant } = gatehouse()
    const browser = await gatehouse().signedIn(43)
    const { id, userPrincipalName: user } = people(tenant).at(43)
    tenant.withdrawConsent(id)
    gatehouse().advance(100 * minute)
    const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason: 'consent', scopes: ['User.ReadBasic.All'] })
    const url = await authorizeUrl(browser, problem.signInUrl)
    await browser.send(await browser.callbackFrom(url.href, { user }))
    expect((await browser.get('/api/users')).status).toBe(200)
  })

  it('that only an administrator can grant leads to the page that says so', async () => {
    const { tenant } = gatehouse()
    const browser = await gatehouse().signedIn(44)
    tenant.requireAdminConsent(true)
    try {
      const problem = expectProblem(
        await askToken(browser, 'Mail.Read'),
        401,
        'interaction_required',
      )
      expect(problem.reason).toBe('consent')
      const url = await authorizeUrl(browser, problem.signInUrl)
      const user = people(tenant).at(44).userPrincipalName
      const back = await browser.send(await browser.callbackFrom(url.href, { user }))
      expect(back.location).toMatch(/^\/sign-in-problem\?code=admin_consent_required&/)
      // The permissions from before still work.
      expect((await browser.get('/api/users')).status).toBe(200)
    } finally {
      tenant.requireAdminConsent(false)
    }
  })

  it.each([
    [65001, false],
    [90094, true],
    [90095, true],
  ])('names an administrator only if Microsoft does: AADSTS%d', async (code, isNamed) => {
    const browser = await gatehouse().signedIn(46)
    const body = { error: 'invalid_grant', error_description: `AADSTS${code}: made up` }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'respond', status: 400, body })
    // Asked, and remembered.
    for (const answer of [
      await askToken(browser, 'Mail.Read'),
      await askToken(browser, 'Mail.Read'),
    ]) {
      const problem = expectProblem(answer, 401, 'interaction_required')
      expect([problem.reason, problem.adminConsent]).toEqual(['consent', isNamed || undefined])
    }
    gatehouse().tenant.faults.clear()
  })

  it('that the API reports as missing leads to consent, if the configuration names it', async () => {
    const browser = await gatehouse().signedIn(45)
    const challenge = (scope: string) =>
      `Bearer realm="", error="insufficient_scope", scope="${scope}"`
    const refuse = (scope: string) =>
      gatehouse().tenant.faults.set({
        at: 'users',
        kind: 'respond',
        status: 403,
        headers: { 'www-authenticate': challenge(scope) },
      })
    refuse('https://graph.microsoft.com/user.readbasic.all')
    const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason: 'consent', scopes: ['User.ReadBasic.All'] })
    gatehouse().tenant.faults.clear()
    refuse('Directory.ReadWrite.All')
    expectProblem(await browser.get('/api/users'), 403, 'forbidden')
  })
})
