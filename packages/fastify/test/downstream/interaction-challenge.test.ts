import { describe, expect, it } from 'vitest'
import { continueUrl } from '@gatehouse/contract/paths'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { expectRefusedLink } from '../support/expect-refused-link.ts'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

const secondFactor = { access_token: { acrs: { essential: true, value: 'c1' } } }

async function signedIn(place: number): Promise<Browser> {
  const browser = gatehouse().browser()
  await browser.signIn({ user: nameOf(place) })
  return browser
}

function nameOf(place: number): string {
  return people(gatehouse().tenant).at(place).userPrincipalName
}

async function stepUpFor(browser: Browser): Promise<string> {
  const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
  expect(problem.reason).toBe('step_up')
  return problem.signInUrl ?? ''
}

describe('a token that Graph no longer accepts (continuous access evaluation)', () => {
  it('declares that it handles challenges, in every request for a token', async () => {
    const browser = await signedIn(50)
    gatehouse().tenant.revokeTokens(people(gatehouse().tenant).at(50).id)
    await browser.get('/api/users')
    const asked = gatehouse()
      .tenant.journal.entries()
      .filter(({ endpoint }) => endpoint === 'authorize' || endpoint === 'token')
      .map(({ query, body }) => ({ ...query, ...(body as object) }))
      .map((parameters) => String(parameters['claims'] ?? '{}'))
    expect(asked.length).toBeGreaterThanOrEqual(3)
    for (const claims of asked) {
      expect(JSON.parse(claims)).toMatchObject({ access_token: { xms_cc: { values: ['cp1'] } } })
    }
  })

  it('is replaced by one that meets the challenge, and the call succeeds', async () => {
    const { tenant } = gatehouse()
    const browser = await signedIn(51)
    tenant.revokeTokens(people(tenant).at(51).id)
    expect((await browser.get('/api/users')).status).toBe(200)
    expect(refreshes(tenant)).toHaveLength(1)
    expect(JSON.parse(String(refreshes(tenant)[0]?.['claims']))).toHaveProperty('access_token.nbf')
    expect((await browser.get('/api/users')).status).toBe(200)
    expect(refreshes(tenant)).toHaveLength(1)
  })

  it('of a user who was disabled leads to a sign-in, and affects no other user', async () => {
    const { tenant } = gatehouse()
    const [gone, other] = [await signedIn(52), await signedIn(53)]
    tenant.disableUser(people(tenant).at(52).id)
    const problem = expectProblem(await gone.get('/api/users'), 401, 'interaction_required')
    expect(problem.reason).toBe('session_expired')
    expect((await other.get('/api/users')).status).toBe(200)
    tenant.enableUser(people(tenant).at(52).id)
  })
})

describe('a step-up that Graph requires', () => {
  it('is first tried without the user, and then needs one Continue, which returns to the page', async () => {
    const { tenant } = gatehouse()
    const browser = await signedIn(54)
    tenant.requireAuthenticationContext('users', 'c1')
    try {
      const signInUrl = await stepUpFor(browser)
      expect(refreshes(tenant)).toHaveLength(1)
      const toMicrosoft = await browser.get(continueUrl(signInUrl, '/users?q=b&page=2#row'))
      const query = new URL(toMicrosoft.location).searchParams
      expect(JSON.parse(query.get('claims') ?? '')).toMatchObject(secondFactor)
      expect(query.get('login_hint')).toBe(nameOf(54))
      const callback = await browser.callbackFrom(toMicrosoft.location, { user: nameOf(54) })
      const back = await browser.send(callback)
      expect([back.status, back.location]).toEqual([303, '/users?q=b&page=2#row'])
      expect((await browser.get('/api/users')).status).toBe(200)
      const me = (await browser.get('/api/me')).json() as object
      expect(me).not.toHaveProperty('authenticationContexts')
    } finally {
      tenant.requireAuthenticationContext('users', undefined)
    }
  })

  it('is kept on the server, and the answer reveals nothing of the challenge', async () => {
    const { tenant } = gatehouse()
    const browser = await signedIn(55)
    tenant.requireAuthenticationContext('users', 'c1')
    const answer = await browser.get('/api/users')
    tenant.requireAuthenticationContext('users', undefined)
    expect(answer.text).not.toMatch(/acrs|\bc1\b|eyJ|claims/)
    expect(answer.headers).not.toHaveProperty('www-authenticate')
    expect(answer.setCookies).toEqual([])
  })

  it('is unknown in another session, and under another name', async () => {
    const { tenant } = gatehouse()
    const [asked, other] = [await signedIn(56), await signedIn(57)]
    tenant.requireAuthenticationContext('users', 'c1')
    const signInUrl = await stepUpFor(asked)
    tenant.requireAuthenticationContext('users', undefined)
    for (const [browser, url] of [
      [other, signInUrl],
      [gatehouse().browser(), signInUrl],
      [asked, signInUrl.replace(/challenge=.*/, `challenge=${'A'.repeat(16)}`)],
      [asked, signInUrl.replace(/challenge=.*/, `challenge=${'%22'.repeat(16)}`)],
    ] as const) {
      const { status, location } = await browser.get(url)
      expect(status).toBe(303)
      expect(new URL(location).searchParams.get('claims')).not.toContain('acrs')
    }
    expectRefusedLink(await asked.get(`${signInUrl}&challenge=b`), 'invalid_link')
  })

  it('is stored once and requested from Entra once for a hundred requests', async () => {
    const { tenant } = gatehouse()
    const browser = await signedIn(58)
    tenant.requireAuthenticationContext('users', 'c1')
    const answers = await Promise.all(Array.from({ length: 100 }, () => browser.get('/api/users')))
    tenant.requireAuthenticationContext('users', undefined)
    const links = answers.map((one) => expectProblem(one, 401, 'interaction_required').signInUrl)
    expect(new Set(links).size).toBe(1)
    expect(refreshes(tenant)).toHaveLength(1)
  })

  it('survives a restart, and is known to another instance', async () => {
    const { tenant } = gatehouse()
    const browser = await signedIn(59)
    tenant.requireAuthenticationContext('users', 'c1')
    const signInUrl = await stepUpFor(browser)
    tenant.requireAuthenticationContext('users', undefined)
    const other = await gatehouse().startSecondInstance()
    const { location } = await other.browser(browser).get(signInUrl)
    expect(new URL(location).searchParams.get('claims')).toContain('acrs')
    await other.close()
  })

  it.each([
    ['is no base64', '%%%'],
    ['is no JSON', Buffer.from('{').toString('base64')],
    ['is a list', Buffer.from('[]').toString('base64')],
    ['asks for something else', Buffer.from('{"scope":"Mail.Read"}').toString('base64')],
    ['has no end', Buffer.from(`{"access_token":{"x":"${'a'.repeat(3000)}"}}`).toString('base64')],
  ])(
    'with a challenge that %s is treated like one without: sign in again',
    async (_what, claims) => {
      const { tenant } = gatehouse()
      const browser = await signedIn(60)
      tenant.faults.set({
        at: 'users',
        kind: 'respond',
        status: 401,
        headers: { 'www-authenticate': `Bearer error="insufficient_claims", claims="${claims}"` },
      })
      const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
      expect(problem.reason).toBe('session_expired')
      expect(refreshes(tenant)).toHaveLength(1)
      expect(tenant.journal.count('users')).toBe(2)
    },
  )

  it('may come with a 403', async () => {
    const { tenant } = gatehouse()
    const browser = await signedIn(61)
    const claims = Buffer.from(JSON.stringify(secondFactor)).toString('base64')
    tenant.faults.set({
      at: 'users',
      kind: 'respond',
      status: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_claims", claims="${claims}"` },
    })
    await stepUpFor(browser)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('is in the log when it is requested and when the user follows it', async () => {
    const { tenant, logs } = gatehouse()
    const browser = await signedIn(62)
    tenant.requireAuthenticationContext('users', 'c1')
    logs.length = 0
    const signInUrl = await stepUpFor(browser)
    tenant.requireAuthenticationContext('users', undefined)
    await browser.get(signInUrl)
    const events = logs.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'interaction_required',
        reason: 'step_up',
        userHash: expect.stringMatching(/^[\w-]{16}$/),
      }),
    )
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'interaction_begun', reason: 'step_up' }),
    )
  })
})
