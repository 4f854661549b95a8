import { createHash } from 'node:crypto'
import { createTenant } from '@gatehouse/tenant'
import { describe, expect, it } from 'vitest'
import { localTenant } from '../../src/config/index.ts'
import { expectSafeHeaders } from '@gatehouse/test-support/expect-problem'
import { tokenRequests } from '../support/token-requests.ts'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

describe('the authorization request', () => {
  it('asks for a code with state, nonce and an S256 challenge', async () => {
    const answer = await gatehouse().browser().get('/auth/sign-in?returnTo=/users')
    expect(answer.status).toBe(303)
    const url = new URL(answer.location)
    const { tenant } = gatehouse()
    expect(`${url.origin}${url.pathname}`).toBe(
      `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/authorize`,
    )
    const query = Object.fromEntries(url.searchParams)
    expect(query).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      client_id: localTenant.clientId,
      redirect_uri: 'http://localhost:5173/auth/redirect',
      code_challenge_method: 'S256',
    })
    expect(query['scope']?.split(' ')).toEqual(
      expect.arrayContaining(['openid', 'profile', 'offline_access', 'User.ReadBasic.All']),
    )
    for (const name of ['code_challenge', 'state', 'nonce']) {
      // The state is sealed: it also says where to go, if its transaction does not come back.
      expect(query[name]).toMatch(name === 'state' ? /^[\w-]{100,400}\.[\w-]{32}$/ : /^[\w-]{43}$/)
    }
    expect(answer.location).not.toContain('users')
  })

  it('has a new state, nonce and challenge every time', async () => {
    const browser = gatehouse().browser()
    const [a, b] = [await browser.startSignIn(), await browser.startSignIn()].map(
      (url) => new URL(url).searchParams,
    )
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(a?.get(name)).not.toBe(b?.get(name))
    }
  })

  it('is bound to the code by its verifier, and the secret is sent in the body only', async () => {
    const browser = gatehouse().browser()
    const url = await browser.startSignIn()
    await browser.get(await browser.callbackFrom(url))
    const [form, ...more] = tokenRequests(gatehouse().tenant)
    expect(more).toEqual([])
    const challenge = createHash('sha256')
      .update(String(form?.['code_verifier']))
      .digest('base64url')
    expect(challenge).toBe(new URL(url).searchParams.get('code_challenge'))
    expect(form).toMatchObject({
      redirect_uri: 'http://localhost:5173/auth/redirect',
      client_secret: localTenant.clientSecret,
    })
    const addresses = gatehouse()
      .tenant.journal.entries()
      .map(({ path, query }) => [path, query])
    expect(JSON.stringify(addresses)).not.toContain(localTenant.clientSecret)
  })

  it('does not affect a session until a new sign-in has succeeded', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const before = await browser.cookie('session-5173')
    await browser.startSignIn()
    expect((await browser.get('/api/me')).status).toBe(200)
    await browser.signIn({ cancel: true })
    expect(await browser.cookie('session-5173')).toBe(before)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('is redirected to with 303, without caching and without a referrer', async () => {
    const answer = await gatehouse().browser().get('/auth/sign-in')
    expect(answer.status).toBe(303)
    expectSafeHeaders(answer)
    expect(answer.text).toBe('')
  })

  it('passes on the known hints and prompts, and refuses others', async () => {
    const browser = gatehouse().browser()
    const sent = async (asked: string) =>
      new URL((await browser.get(`/auth/sign-in?${asked}`)).location).searchParams
    const hinted = await sent('loginHint=ada@contoso.test&domainHint=contoso.test')
    expect(hinted.get('login_hint')).toBe('ada@contoso.test')
    expect(hinted.get('domain_hint')).toBe('contoso.test')
    expect((await sent('prompt=select_account')).get('prompt')).toBe('select_account')
    expect((await sent('prompt=none')).get('prompt')).toBe('none')
    for (const wrong of ['prompt=consent', 'prompt=login', `loginHint=${'a'.repeat(400)}`]) {
      const answer = await browser.get(`/auth/sign-in?${wrong}`)
      expect([wrong, answer.status, answer.setCookies]).toEqual([wrong, 400, []])
    }
  })
})

describe('while the tenant does not answer', () => {
  it.each([
    ['closes the connection', { kind: 'reset' }],
    ['fails', { kind: 'respond', status: 500, body: { error: 'server_error' } }],
    ['is busy', { kind: 'respond', status: 503, body: {} }],
    ['shows a page of a proxy', { kind: 'respond', status: 200, body: '<h1>Welcome</h1>' }],
    ['redirects', { kind: 'respond', status: 302, headers: { location: 'https://evil.test' } }],
    ['sends no end', { kind: 'huge', bytes: 50_000_000 }],
    ['names another host', { kind: 'respond', status: 200, body: documentOf('https://evil.test') }],
    ['lacks an endpoint', { kind: 'respond', status: 200, body: { issuer: 'x' } }],
  ] as const)(
    'a sign-in is a 503 page if the tenant %s, and recovers by itself',
    async (_what, fault) => {
      const app = await startGatehouse()
      try {
        app.tenant.faults.set({ at: 'discovery', ...fault })
        const browser = app.browser()
        const answer = await browser.get('/auth/sign-in')
        expect(answer.status).toBe(503)
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
        expect(answer.text).toContain('Sign-in is unavailable')
        expect(answer.setCookies).toEqual([])
        expectSafeHeaders(answer)

        app.tenant.faults.clear()
        app.advance(10_000)
        expect((await browser.signIn()).location).toBe('/')
      } finally {
        await app.close()
      }
    },
  )

  it(
    'a sign-in is answered within ten seconds if the tenant hangs',
    { tags: ['thorough'], timeout: 15_000 },
    async () => {
      const app = await startGatehouse()
      app.tenant.faults.set({ at: 'discovery', kind: 'hang' })
      const began = performance.now()
      const answer = await app.browser().get('/auth/sign-in')
      expect(answer.status).toBe(503)
      expect(performance.now() - began).toBeLessThan(10_000)
      await app.close()
    },
  )

  it('the server starts, is not ready, and signs people in once the tenant answers', async () => {
    const app = await startGatehouse()
    const port = Number(new URL(app.tenant.origin).port)
    await app.tenant.close()
    const answer = await app.browser().get('/auth/sign-in')
    expect([answer.status, answer.setCookies]).toEqual([503, []])
    expect((await app.browser().get('/readyz')).status).toBe(503)
    expect((await app.browser().get('/healthz')).status).toBe(200)

    const tenant = await createTenant({ port })
    app.advance(10_000)
    expect((await app.browser().signIn()).location).toBe('/')
    expect((await app.browser().get('/readyz')).status).toBe(200)
    await app.close()
    await tenant.close()
  })
})

function documentOf(origin: string) {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/keys`,
  }
}
