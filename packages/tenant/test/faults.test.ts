import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { idTokenVariants } from '../src/faults/id-token.ts'
import { parseFault } from '../src/faults/parse.ts'
import { createTenant, type Fault, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, clientOf, codeOf, redeem, refresh, signIn } from './application.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant()))
afterEach(() => tenant.faults.clear())
afterAll(() => tenant.close())

const discover = (signal?: AbortSignal) =>
  fetch(`${tenant.authority}/${tenant.tenantId}/v2.0/.well-known/openid-configuration`, {
    signal: signal ?? null,
  })

describe('network faults', () => {
  it('happen as many times as they are set for, and then stop', async () => {
    tenant.faults.set({ at: 'discovery', kind: 'respond', status: 503, times: 2 })
    tenant.faults.set({ at: 'discovery', kind: 'respond', status: 418, times: 1 })
    const statuses = []
    for (const _ of [1, 2, 3, 4]) statuses.push((await discover()).status)
    expect(statuses).toEqual([503, 503, 418, 200])
    expect(tenant.faults.list()).toEqual([])
  })

  it('can send any status, header and body', async () => {
    tenant.faults.set({
      at: 'discovery',
      kind: 'respond',
      status: 302,
      headers: { location: 'https://evil.example/' },
      body: '<h1>Elsewhere</h1>',
    })
    const answer = await fetch(
      `${tenant.authority}/${tenant.tenantId}/v2.0/.well-known/openid-configuration`,
      { redirect: 'manual' },
    )
    expect(answer.headers.get('location')).toBe('https://evil.example/')
    expect(await answer.text()).toBe('<h1>Elsewhere</h1>')
  })

  it('can be a function, and only for some requests', async () => {
    tenant.faults.set({
      at: 'discovery',
      kind: 'respondWith',
      when: (request) => request.headers['x-who'] === 'a',
      answer: (request) => ({ status: 200, body: { asked: request.url.length > 0 } }),
    })
    const url = `${tenant.authority}/organizations/v2.0/.well-known/openid-configuration`
    const met = await fetch(url, { headers: { 'x-who': 'a' } })
    const other = await fetch(url, { headers: { 'x-who': 'b' } })
    expect(await met.json()).toEqual({ asked: true })
    expect(await other.json()).toHaveProperty('issuer')
  })

  it('delays, then answers as usual', async () => {
    tenant.faults.set({ at: 'discovery', kind: 'delay', ms: 80 })
    const start = performance.now()
    expect((await discover()).status).toBe(200)
    expect(performance.now() - start).toBeGreaterThan(75)
  })

  it('hangs forever', async () => {
    tenant.faults.set({ at: 'discovery', kind: 'hang' })
    await expect(discover(AbortSignal.timeout(1_000))).rejects.toThrow('timeout')
    expect(tenant.journal.entries().at(-1)?.status).toBeUndefined()
  })

  it('resets the connection', async () => {
    tenant.faults.set({ at: 'discovery', kind: 'reset' })
    await expect(discover()).rejects.toThrow('fetch failed')
  })

  it('drips', async () => {
    tenant.faults.set({ at: 'discovery', kind: 'drip', bytes: 2, everyMs: 20, total: 6 })
    const start = performance.now()
    expect(await (await discover()).text()).toHaveLength(6)
    expect(performance.now() - start).toBeGreaterThan(35)
  })

  it('sends a huge body', async () => {
    tenant.faults.set({ at: 'discovery', kind: 'huge', bytes: 3_000_000 })
    expect((await (await discover()).text()).length).toBeGreaterThan(3_000_000)
  })
})

describe('faults of Entra', () => {
  it('redirect an AADSTS error from authorize', async () => {
    tenant.faults.set({ at: 'authorize', kind: 'aadsts', code: 53003, times: 1 })
    const { location } = await signInAtTenant(authorizeUrl(tenant))
    const answer = new URL(location).searchParams
    expect(answer.get('error')).toBe('access_denied')
    expect(answer.get('error_description')).toMatch(/^AADSTS53003/)
  })

  it('change the parameters of the redirect', async () => {
    tenant.faults.set({
      at: 'authorize',
      kind: 'authorizeResponse',
      patch: { iss: 'https://evil.example', state: null },
    })
    const { location } = await signInAtTenant(authorizeUrl(tenant))
    const answer = new URL(location).searchParams
    expect(answer.get('iss')).toBe('https://evil.example')
    expect(answer.has('state')).toBe(false)
    expect(answer.has('code')).toBe(true)
  })

  it('answer the token endpoint with a claims challenge', async () => {
    const code = await codeOf(tenant)
    tenant.faults.set({ at: 'token', kind: 'aadsts', code: 50076, claims: '{"a":1}', times: 1 })
    const refused = await redeem(tenant, code)
    expect(refused.body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      claims: '{"a":1}',
    })
    expect((await redeem(tenant, code)).status).toBe(200)
  })

  it('patch the token response, and answer as another user', async () => {
    const other = people(tenant).at(9)
    const patch = { token_type: 'mac', refresh_token: null }
    tenant.faults.set({ at: 'token', kind: 'tokenResponse', patch, asUser: other.id })
    const tokens = await signIn(tenant)
    expect(tokens.token_type).toBe('mac')
    expect(tokens).not.toHaveProperty('refresh_token')
    expect(claimsOf(tokens.id_token).oid).toBe(other.id)
  })

  it('skew the clock of the tokens', async () => {
    tenant.faults.set({ at: 'token', kind: 'skew', ms: 3_600_000 })
    const { iat } = claimsOf((await signIn(tenant)).id_token)
    expect(Number(iat) - Date.now() / 1000).toBeGreaterThan(3_200)
  })
})

/** jose accepts these with its usual options: they are valid, or the application itself has to refuse them. */
const harmless = [
  'kid-missing',
  'exp-just-past',
  'iat-just-ahead',
  'nbf-just-ahead',
  'aud-array',
  'oid-wrong',
  'tid-wrong',
  'payload-duplicate-aud',
]

describe('ID tokens', () => {
  const check = async (token: unknown) => {
    const keys = `${tenant.authority}/${tenant.tenantId}/discovery/v2.0/keys`
    const { payload } = await jwtVerify(String(token), createRemoteJWKSet(new URL(keys)), {
      issuer: `${tenant.origin}/${tenant.tenantId}/v2.0`,
      audience: clientOf(tenant).clientId,
      algorithms: ['RS256'],
      clockTolerance: 120,
      maxTokenAge: '2h',
      requiredClaims: ['exp', 'iat', 'nbf', 'sub', 'oid', 'tid', 'nonce'],
    })
    const { sub, nonce, azp, at_hash: hash, aud, exp } = payload
    const faults = [
      typeof sub !== 'string' || sub === '' || sub.length > 255,
      nonce !== 'the-nonce',
      azp !== undefined || hash !== undefined,
      Array.isArray(aud) && aud.length > 1,
      Number(exp) > 4e9,
      String(token).length > 20_000,
    ]
    if (faults.includes(true)) throw new Error('refused by the client itself')
  }

  it('are valid without a fault', async () => {
    await expect(check((await signIn(tenant)).id_token)).resolves.toBeUndefined()
  })

  it.each(idTokenVariants.filter((name) => !harmless.includes(name)))(
    'of the variant %s are refused by a strict client',
    async (variant) => {
      tenant.faults.set(parseFault({ at: 'token', kind: 'idToken', variant }))
      await expect(check((await signIn(tenant)).id_token)).rejects.toBeInstanceOf(Error)
    },
  )

  it.each(harmless)('of the variant %s pass verification', async (variant) => {
    tenant.faults.set(parseFault({ at: 'token', kind: 'idToken', variant }))
    await expect(check((await signIn(tenant)).id_token)).resolves.toBeUndefined()
  })

  it('can have any claims and header, with a valid signature', async () => {
    tenant.faults.set({
      at: 'token',
      kind: 'idToken',
      claims: { name: '<script>', custom: [1] },
      remove: ['roles'],
    })
    const { id_token: token } = await signIn(tenant)
    await expect(check(token)).resolves.toBeUndefined()
    expect(claimsOf(token)).toMatchObject({ name: '<script>', custom: [1] })
    expect(claimsOf(token)).not.toHaveProperty('roles')
  })

  it('can be changed on refresh as well', async () => {
    const { refresh_token: token } = await signIn(tenant)
    tenant.faults.set({ at: 'token', kind: 'idToken', variant: 'absent' })
    const { body } = await refresh(tenant, token)
    expect(body).not.toHaveProperty('id_token')
    expect(body).toHaveProperty('refresh_token')
  })
})

describe('faults of Graph', () => {
  const users = async () => {
    const { access_token: token } = await signIn(tenant)
    return fetch(`${tenant.graphUrl}/users?$top=1`, {
      headers: { authorization: `Bearer ${token}` },
    })
  }

  it('throttle with Retry-After', async () => {
    const fault: Fault = { at: 'users', kind: 'graphError', status: 429, code: 'TooManyRequests' }
    tenant.faults.set({ ...fault, retryAfter: '10' })
    const answer = await users()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '10'])
    expect(await answer.json()).toMatchObject({ error: { code: 'TooManyRequests' } })
  })

  it('challenge for claims', async () => {
    const fault: Fault = {
      at: 'users',
      kind: 'graphError',
      status: 401,
      code: 'InvalidAuthenticationToken',
    }
    tenant.faults.set({ ...fault, claims: '{"access_token":{}}' })
    const header = (await users()).headers.get('www-authenticate') ?? ''
    const claims = /error="insufficient_claims", claims="([^"]+)"/.exec(header)?.[1] ?? ''
    expect(Buffer.from(claims, 'base64').toString()).toBe('{"access_token":{}}')
  })

  it('change a successful answer', async () => {
    const patch = { '@odata.nextLink': 'https://evil.example/', value: 'none' }
    const headers = { 'set-cookie': 'a=b' }
    tenant.faults.set({ at: 'users', kind: 'graphResponse', patch, headers })
    const answer = await users()
    expect(answer.headers.get('set-cookie')).toBe('a=b')
    expect(await answer.json()).toMatchObject(patch)
  })
})
