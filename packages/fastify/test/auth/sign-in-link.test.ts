import { continueUrl } from '@gatehouse/contract/paths'
import { describe, expect, it } from 'vitest'
import { safeReturnTo } from '../../src/auth/redirects.ts'
import { parseClaimsRequest } from '../../src/entra/index.ts'
import { callbackAt } from '../support/callback-at.ts'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { expectRefusedLink } from '../support/expect-refused-link.ts'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

describe('a link to a sign-in', () => {
  const gatehouse = useTestApp()

  it.each([
    'scopes=Directory.ReadWrite.All&scopes=Mail.ReadWrite',
    'scopes=Directory.ReadWrite.All',
    'scopes[]=Mail.ReadWrite',
    'scope=Directory.ReadWrite.All',
    'claims={"access_token":{"acrs":{"essential":true,"value":"c1"}}}',
    'state=x',
    'nonce=x',
    'verifier=x',
    'codeChallenge=x',
    'code_challenge=x',
    'redirect_uri=https://evil.test',
    'redirectUri=https://evil.test',
    'authority=https://evil.test',
    'again=true',
    'issuedAt=0',
    'login_hint=ada@contoso.test',
    'extraQueryParameters=x',
    'response_mode=form_post',
    'resource=x',
    'utm_source=mail',
    '__proto__=x',
    'constructor=x',
    '=x',
    'RETURNTO=/users',
    'prompt=consent',
    'prompt=select_account&prompt=select_account',
    'loginHint=a&loginHint=b',
    'returnTo=/&returnTo=/users',
    `domainHint=${'a'.repeat(256)}`,
    `challenge=${'a'.repeat(65)}`,
  ])('starts no sign-in if it requests more than the app’s own links do: %s', async (query) => {
    const written = new URLSearchParams(query).toString()
    const answer = await gatehouse().browser().get(`/auth/sign-in?returnTo=/users&${written}`)
    // Two addresses to return to are none.
    const asksTwice = new URLSearchParams(query).has('returnTo')
    expectRefusedLink(answer, 'invalid_link', asksTwice ? undefined : '/users')
    expect(gatehouse().tenant.journal.count('authorize')).toBe(0)
  })

  it('starts a sign-in with some of the parameters, or with none', async () => {
    for (const query of ['', '?', '?returnTo=/users', '?prompt=select_account']) {
      const answer = await gatehouse().browser().get(`/auth/sign-in${query}`)
      expect([query, answer.status]).toEqual([query, 303])
    }
  })

  it('is logged in one line if it is refused', async () => {
    const before = gatehouse().logs.length
    await gatehouse().browser().get('/auth/sign-in?scopes=Directory.ReadWrite.All')
    const lines = gatehouse().logs.slice(before)
    const [line, ...others] = lines.filter((one) => one.includes('"event":"sign_in_link_refused"'))
    expect(others).toEqual([])
    expect(line).toContain('must NOT have additional properties')
    expect(lines.join()).not.toContain('Directory')
  })
})

describe('a parameter that Entra adds to its answer', () => {
  const gatehouse = useTestApp()

  it.each([
    'session_state=1b4e28ba-2fa1-4d3e-883f-0016d3cca427',
    'client_info=eyJ1aWQiOiJ4In0',
    'session_state=a&session_state=b',
    'returnTo=//evil.test',
    'scopes=Directory.ReadWrite.All&scopes=Mail.ReadWrite',
    'verifier=x&nonce=x&again=true&claims={}',
    'cloud_instance_host_name=evil.test',
    'cloud_graph_host_name=evil.test&msgraph_host=evil.test',
    'admin_consent=True&tenant=x',
    '__proto__=x',
  ])('is ignored: %s', async (more) => {
    const { browser, query } = await callbackAt(gatehouse())
    const answer = await browser.get(`/auth/redirect?${query.toString()}&${more}`)
    expect([answer.status, answer.location]).toEqual([303, '/users'])
    const [form, ...others] = tokenRequests(gatehouse().tenant)
    expect(others).toEqual([])
    expect(JSON.stringify(form)).not.toMatch(/evil|Directory|Mail/)
  })
})

/** The longest claims request that is passed on, with letters of any alphabet. */
function longestClaims(letter: string): string {
  const claims = (length: number) =>
    JSON.stringify({ access_token: { acrs: { essential: true, value: letter.repeat(length) } } })
  let length = 1
  while (parseClaimsRequest(claims(length + 1)) !== undefined) length += 1
  return claims(length)
}

/** The longest return address that is accepted, filled with this letter. */
function longestReturnTo(letter: string): string {
  let returnTo = `/users?q=${letter.repeat(1024)}`
  while (safeReturnTo(returnTo, publicUrl) === '/') returnTo = returnTo.slice(0, -1)
  return returnTo
}

describe('the longest sign-in request that is possible', () => {
  const claims = { current: '' }
  const gatehouse = useTestApp({
    extend: (app) => {
      app.get(
        '/test/challenge',
        { onRequest: (...hook) => app.requireSignIn.apply(app, hook) },
        async (request) => {
          throw await request.interactionRequired({ reason: 'step_up', claims: claims.current })
        },
      )
    },
  })
  const hints = `&loginHint=${'a'.repeat(320)}&domainHint=${'b'.repeat(255)}`

  /** A browser with a challenge, and the address of its _Continue_ with this return address. */
  async function challenged(browser: Browser, letter: string, returnTo: string): Promise<string> {
    claims.current = longestClaims(letter)
    const problem = expectProblem(await browser.get('/test/challenge'), 401, 'interaction_required')
    return `${continueUrl(problem.signInUrl ?? '', returnTo)}${hints}`
  }

  it.each([
    ['plain', 'x', 'a'],
    ['quotes', '"', '"'],
    ['backslashes', '\\', '\\'],
    ['another alphabet', '漢', 'é'],
    ['control characters', '\u0001', '~'],
  ])(
    'fits into cookie and address, and is read back complete: %s',
    async (_what, inClaims, inAddress) => {
      const browser = gatehouse().browser()
      await browser.signIn()
      const returnTo = longestReturnTo(inAddress)
      const { location, setCookies } = await browser.get(
        await challenged(browser, inClaims, returnTo),
      )
      const pair = setCookies.find((line) => /^sign-in-[^=]+=[^;]/.test(line))?.split(';')[0] ?? ''
      expect(pair.length).toBeGreaterThan(1500)
      expect(`__Host-${pair}`.length).toBeLessThanOrEqual(3072)
      expect(new URL(location).searchParams.get('state')?.length).toBeLessThanOrEqual(2048)
      const answer = await browser.get(await browser.callbackFrom(location))
      expect([answer.status, answer.location]).toEqual([303, safeReturnTo(returnTo, publicUrl)])
    },
  )

  it('leaves room for three attempts, the session and Entra’s code in one request', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const urls: string[] = []
    for (const turn of [1, 2, 3, 4]) {
      const returnTo = `/users?q=${String(turn).repeat(1000)}`
      const { location } = await browser.get(await challenged(browser, 'x', returnTo))
      urls.push(location)
    }
    const callback = await browser.callbackFrom(urls.at(-1) ?? '')
    expect((await browser.cookieHeader()).match(/sign-in-/g)).toHaveLength(3)
    const answer = await browser.get(callback, { 'user-agent': 'x'.repeat(1000) })
    expect([answer.status, answer.location]).toEqual([303, `/users?q=${'4'.repeat(1000)}`])
  })
})
