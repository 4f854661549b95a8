import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readClaimsRequest } from '../src/entra/claims-request.ts'
import { createTenant, people, signInAtTenant, type Tenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, codeOf, redeem, refresh, signIn } from './application.ts'

let now = Date.now()
let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 30, now: () => now })))
afterAll(() => tenant.close())

const headerOf = (cookies: Map<string, string>) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** A browser in which these users (by their place) are signed in, and their ID tokens. */
async function browser(...places: number[]) {
  const cookies = new Map<string, string>()
  const tokens: string[] = []
  for (const place of places) {
    const user = people(tenant).at(place).id
    tokens.push((await signIn(tenant, { prompt: 'login' }, { cookies, user })).id_token)
  }
  const get = (parameters: Record<string, string>) =>
    fetch(authorizeUrl(tenant, parameters), {
      headers: { cookie: headerOf(cookies) },
      redirect: 'manual',
    })
  return { cookies, tokens, get }
}

async function errorOf(parameters: Record<string, string>, cookies = new Map<string, string>()) {
  const { location } = await signInAtTenant(authorizeUrl(tenant, parameters), { cookies })
  const answer = new URL(location).searchParams
  return [answer.get('error'), /AADSTS(\d+)/.exec(answer.get('error_description') ?? '')?.[1]]
}

describe('max_age', () => {
  it('asks for a new sign-in if the last one is older, and says when it was', async () => {
    const { cookies, get } = await browser(0)
    const signedInAt = Math.floor(now / 1000)
    now += 100_000
    const recent = await redeem(tenant, await codeOf(tenant, { max_age: '101' }, { cookies }))
    expect(claimsOf(recent.body.id_token)['auth_time']).toBe(signedInAt)
    const page = await (await get({ max_age: '100' })).text()
    expect(page).toContain('Sign in')
    expect(page).toContain(people(tenant).first.userPrincipalName)
    expect(page).not.toContain(people(tenant).at(1).userPrincipalName)
    const again = await redeem(tenant, await codeOf(tenant, { max_age: '100' }, { cookies }))
    expect(claimsOf(again.body.id_token)['auth_time']).toBe(Math.floor(now / 1000))
  })

  it('0 is always a new sign-in, and never a silent one', async () => {
    const { cookies, get } = await browser(0)
    expect((await get({ max_age: '0' })).status).toBe(200)
    expect(await errorOf({ max_age: '0', prompt: 'none' }, cookies)).toEqual([
      'login_required',
      '50058',
    ])
    await expect(codeOf(tenant, { max_age: '0' }, { cookies })).resolves.not.toBe('')
  })

  it.each(['abc', '-1', '1.5', '1e3', '99999999999'])('is refused: %s', async (value) => {
    expect(await errorOf({ max_age: value })).toEqual(['invalid_request', '90023'])
  })
})

describe('auth_time', () => {
  it('is not sent unless it is asked for', async () => {
    expect(claimsOf((await signIn(tenant)).id_token)).not.toHaveProperty('auth_time')
  })

  it('can be asked for by a claims request, and stays in refreshed tokens', async () => {
    const claims = JSON.stringify({ id_token: { auth_time: { essential: true }, upn: null } })
    const tokens = await signIn(tenant, { claims })
    const expected = {
      auth_time: Math.floor(now / 1000),
      upn: people(tenant).first.userPrincipalName,
    }
    expect(claimsOf(tokens.id_token)).toMatchObject(expected)
    const { body } = await refresh(tenant, tokens.refresh_token)
    expect(claimsOf(body.id_token)).toMatchObject(expected)
  })
})

describe('a claims request for the ID token', () => {
  it('names only claims that a request may ask for', () => {
    const names = { groups: null, roles: null, made_up: null, sid: null, auth_time: null }
    const { idTokenClaims } = readClaimsRequest(JSON.stringify({ id_token: names }))
    expect(idTokenClaims).toEqual(['auth_time', 'sid'])
  })
})

describe('id_token_hint', () => {
  it('chooses among several accounts without a page', async () => {
    const { cookies, tokens } = await browser(3, 4)
    const code = await codeOf(
      tenant,
      { prompt: 'none', id_token_hint: tokens[0] ?? '' },
      { cookies },
    )
    const { body } = await redeem(tenant, code)
    expect(claimsOf(body.id_token)['oid']).toBe(people(tenant).at(3).id)
  })

  it('of a user who is not signed in needs a sign-in, as this user', async () => {
    const { tokens } = await browser(5)
    const hint = { id_token_hint: tokens[0] ?? '' }
    const other = await browser(6)
    expect(await errorOf({ prompt: 'none', ...hint }, other.cookies)).toEqual([
      'login_required',
      '50058',
    ])
    const page = await (await other.get(hint)).text()
    expect(page).toContain(people(tenant).at(5).userPrincipalName)
    expect(page).not.toContain(people(tenant).at(6).userPrincipalName)
  })

  it('may be old', async () => {
    const { tokens } = await browser(5)
    now += 48 * 60 * 60_000
    const { cookies } = await browser(5)
    const code = await codeOf(
      tenant,
      { prompt: 'none', id_token_hint: tokens[0] ?? '' },
      { cookies },
    )
    expect(code).not.toBe('')
  })

  it.each([
    ['words', () => 'not-a-token'],
    [
      'a changed token',
      (token: string) => token.replace(/\.(.)/, (_all, first) => `.${first === 'e' ? 'f' : 'e'}`),
    ],
    ['a token without its signature', (token: string) => token.split('.').slice(0, 2).join('.')],
  ])('is refused: %s', async (_what, change) => {
    const { tokens } = await browser(0)
    const hint = change(tokens[0] ?? '')
    expect(await errorOf({ id_token_hint: hint })).toEqual(['invalid_request', '50027'])
  })

  it('is no access token', async () => {
    const { access_token: token } = await signIn(tenant)
    expect(await errorOf({ id_token_hint: token })).toEqual(['invalid_request', '50027'])
  })
})

describe('sid', () => {
  it('chooses the account of a session', async () => {
    const { cookies, tokens } = await browser(7, 8)
    const sid = String(claimsOf(tokens[1])['sid'])
    const { body } = await redeem(
      tenant,
      await codeOf(tenant, { prompt: 'none', sid }, { cookies }),
    )
    expect(claimsOf(body.id_token)['oid']).toBe(people(tenant).at(8).id)
    const unknown = { prompt: 'none', sid: 'another' }
    expect(await errorOf(unknown, cookies)).toEqual(['login_required', '50058'])
  })
})

describe('prompt', () => {
  it.each(['login', 'create'])('%s asks who signs in, whoever is signed in', async (prompt) => {
    const { get } = await browser(0)
    expect(await (await get({ prompt })).text()).toContain('name="q"')
  })

  it('select_account lets the user pick, also of one account', async () => {
    const { get } = await browser(0)
    expect(await (await get({ prompt: 'select_account' })).text()).toContain('Pick an account')
  })

  it.each(['none login', 'LOGIN', 'sometimes'])('is refused: %s', async (prompt) => {
    expect(await errorOf({ prompt })).toEqual(['invalid_request', '90023'])
  })
})

describe('a code challenge', () => {
  const without = (...names: string[]) => {
    const url = new URL(authorizeUrl(tenant))
    for (const name of names) url.searchParams.delete(name)
    return url.href
  }

  it('without a method is plain, as RFC 7636 says', async () => {
    const value = 'x'.repeat(43)
    const url = new URL(without('code_challenge_method'))
    url.searchParams.set('code_challenge', value)
    const { location } = await signInAtTenant(url.href)
    const code = new URL(location).searchParams.get('code') ?? ''
    const wrong = await redeem(tenant, code, { code_verifier: 'y'.repeat(43) })
    expect(wrong.body).toMatchObject({ error_codes: [501481] })
    expect((await redeem(tenant, code, { code_verifier: value })).status).toBe(200)
  })

  it('is missing if there is only its method', async () => {
    const { location } = await signInAtTenant(without('code_challenge'))
    expect(new URL(location).searchParams.get('error_description')).toMatch(
      /AADSTS900144: .*'code_challenge'/,
    )
  })
})

describe('other parameters', () => {
  it('are ignored if Entra does not know them, and domain_hint with them', async () => {
    const more = { domain_hint: 'consumers', acr_values: 'x', ui_locales: 'de', made_up: '1' }
    await expect(codeOf(tenant, more)).resolves.not.toBe('')
  })
})

describe('a request by POST', () => {
  it('is one of its own, from any site, and its pages go on with it', async () => {
    const url = new URL(authorizeUrl(tenant))
    const body = new URLSearchParams(url.search)
    const address = url.origin + url.pathname
    const headers = { origin: 'http://localhost:6173', 'sec-fetch-site': 'cross-site' }
    const answer = await fetch(address, { method: 'POST', body, headers })
    expect(answer.status).toBe(200)
    const page = await answer.text()
    const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page) ?? []
    const query = action.replaceAll('&#38;', '&').replaceAll('&#61;', '=').replaceAll('&amp;', '&')
    expect(new URLSearchParams(query).get('client_id')).toBe(body.get('client_id'))
    const { location } = await signInAtTenant(address + query)
    expect(new URL(location).searchParams.get('state')).toBe('the-state')
    expect(
      tenant.journal
        .entries()
        .some(({ method, endpoint }) => method === 'POST' && endpoint === 'authorize'),
    ).toBe(true)
  })

  it('is answered at once if it is silent', async () => {
    const { cookies } = await browser(0)
    const url = new URL(authorizeUrl(tenant, { prompt: 'none' }))
    const answer = await fetch(url.origin + url.pathname, {
      method: 'POST',
      body: new URLSearchParams(url.search),
      headers: { cookie: headerOf(cookies) },
      redirect: 'manual',
    })
    expect(answer.headers.get('location')).toContain('code=')
  })

  it('cannot press a button of the tenant’s pages', async () => {
    const url = new URL(authorizeUrl(tenant))
    const body = new URLSearchParams(url.search)
    body.set('user', people(tenant).first.id)
    const answer = await fetch(url.origin + url.pathname, { method: 'POST', body })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await answer.text()).toContain('Sign in')
  })

  it.each([{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
    'is refused if it is the form of a page of the tenant, from another site: %o',
    async (headers) => {
      const choose = (more: Record<string, string>) => {
        const body = new URLSearchParams({ user: people(tenant).first.id })
        const redirect = 'manual' as const
        return fetch(authorizeUrl(tenant), { method: 'POST', body, headers: more, redirect })
      }
      const answer = await choose(headers)
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
      const own = await choose({ origin: tenant.origin, 'sec-fetch-site': 'same-origin' })
      expect(own.headers.get('set-cookie')).not.toBeNull()
    },
  )

  it('may not repeat a parameter of its address', async () => {
    const url = authorizeUrl(tenant)
    const body = new URLSearchParams({ client_id: 'x', state: 'again' })
    const answer = await fetch(url, { method: 'POST', body })
    expect(await answer.text()).toContain('AADSTS9000411')
  })
})

describe('the cookies of a sign-in', () => {
  it('are one for every browser, and one for frames of other sites', async () => {
    const answer = await fetch(authorizeUrl(tenant), {
      method: 'POST',
      body: new URLSearchParams({ user: people(tenant).first.id }),
      redirect: 'manual',
    })
    const [plain = '', framed = ''] = answer.headers.getSetCookie()
    expect(plain).toMatch(/^tenant_accounts=[^;]+;.*SameSite=Lax/)
    expect(plain).not.toContain('Secure')
    expect(framed).toMatch(/^tenant_accounts_frame=[^;]+;.*Secure; SameSite=None/)
    expect(framed).toContain('HttpOnly')
    // What a frame sends; the user has consented in another browser.
    await codeOf(tenant)
    const cookies = new Map([['tenant_accounts_frame', /=([^;]+)/.exec(framed)?.[1] ?? '']])
    await expect(codeOf(tenant, { prompt: 'none' }, { cookies })).resolves.not.toBe('')
  })
})
