import { describe, expect, it } from 'vitest'
import type { SignInProblem } from '@gatehouse/contract/sign-in-problem'
import { people } from '@gatehouse/tenant/testing'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { callbackAt } from '../support/callback-at.ts'
import { startsSession } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'

const gatehouse = useTestApp()

/** Opens the link that the problem page copies, and answers as an administrator. @returns where it leads */
async function answerConsent(answer: 'accept' | 'cancel'): Promise<string> {
  const facts = (await gatehouse().browser().get('/api/sign-in-problem')).json() as SignInProblem
  const { id } = people(gatehouse().tenant).administrator
  const response = await fetch(facts.adminConsentUrl, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ user: id, [answer]: '1' }),
  })
  const { pathname, search } = new URL(response.headers.get('location') ?? '')
  return pathname + search
}

/** Follows redirects inside the app, as a browser does. */
async function open(path: string) {
  const browser = gatehouse().browser()
  const first = await browser.get(path)
  return first.status === 303 ? browser.get(first.location) : first
}

describe('an administrator who comes back from consent', () => {
  it('sees what was approved, at the redirect URI of sign-ins too, and is not signed in', async () => {
    const path = await answerConsent('accept')
    expect(path).toMatch(/^\/auth\/redirect\?/)
    const answer = await open(path)
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ])
    expect(answer.text).toContain('This app is approved for your organisation')
    expect(answer.text).toContain(
      '<li>See the names and addresses of the people in your organisation (User.ReadBasic.All)</li>',
    )
    expect(answer.text).toContain('To check what is granted')
    expect(answer.text).toContain('href="/"')
    expect([startsSession(answer), answer.setCookies]).toEqual([false, []])
  })

  it('sees that nothing was granted after declining', async () => {
    const answer = await open(await answerConsent('cancel'))
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('This app was not approved')
  })

  it.each([
    [
      'without a word of Microsoft’s about it',
      'error=access_denied&error_subcode=cancel',
      'not approved',
    ],
    ['with a failure', 'error=server_error&admin_consent=True', 'didn’t work'],
    ['with nothing', '', 'didn’t work'],
    ['with a no', 'admin_consent=False', 'didn’t work'],
  ])('sees a page %s', async (_how, query, words) => {
    const answer = await open(`/auth/admin-consent?${query}`)
    expect([answer.status, answer.text.includes(words)]).toEqual([200, true])
  })

  it('is told if the answer is about another organisation', async () => {
    const other = '11111111-2222-4333-8444-555555555555'
    const answer = await open(`/auth/admin-consent?admin_consent=True&tenant=${other}`)
    expect(answer.text).toContain('This app is for another organisation')
    expect(answer.text).not.toContain(other)
  })

  it('sees no word of a forged link', async () => {
    const forged = new URLSearchParams({
      admin_consent: 'True',
      scope: 'Directory.ReadWrite.All <b>SCAM</b> https://evil.test',
      error_description: 'SCAM',
      state: 'SCAM',
    })
    for (const path of ['/auth/admin-consent', '/auth/redirect']) {
      const answer = await open(`${path}?${forged.toString()}`)
      expect(answer.status).toBe(200)
      expect(answer.text).not.toMatch(/SCAM|evil|ReadWrite/)
      expect(answer.headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      )
    }
  })

  it('is recognised by the tenant in the answer, which an answer to a sign-in never names', async () => {
    const { tenantId } = gatehouse().tenant
    for (const answer of ['error=access_denied', 'admin_consent=True']) {
      const path = `/auth/redirect?${answer}&tenant=${tenantId}&state=12345`
      const { status, location } = await gatehouse().browser().get(path)
      expect([status, location.split('?')[0]]).toEqual([303, '/auth/admin-consent'])
    }
    const { location } = await gatehouse().browser().get('/auth/redirect?error=x&state=12345')
    expect(location).toContain('code=expired')
  })

  it('can try again after a failure, at Microsoft', async () => {
    const facts = (await gatehouse().browser().get('/api/sign-in-problem')).json() as SignInProblem
    const { text } = await open('/auth/admin-consent?error=server_error')
    const link = /<a href="([^"]+)">Try again<\/a>/.exec(text)?.[1]
    expect(link?.replaceAll('&amp;', '&')).toBe(facts.adminConsentUrl)
  })

  it('uses up no sign-in that is under way in the same browser', async () => {
    const { browser, query, send } = await callbackAt(gatehouse())
    const state = query.get('state') ?? ''
    const consent = new URLSearchParams({ admin_consent: 'True', state })
    await browser.get(`/auth/redirect?${consent.toString()}`)
    expect((await send()).location).toBe('/users')
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
  })
})
