import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import {
  applicationPermissions,
  delegatedPermissions,
  findDelegated,
} from '../src/registry/graph-permissions.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import {
  authorizeUrl,
  claimsOf,
  codeOf,
  consentForAll,
  postToken,
  redeem,
  redirectUri,
  refresh,
  signIn,
  verifier,
} from './application.ts'

describe('the permissions of Graph', () => {
  it('are those that Microsoft publishes', () => {
    expect(delegatedPermissions.length).toBeGreaterThan(590)
    expect(applicationPermissions.length).toBeGreaterThan(530)
    for (const kind of [delegatedPermissions, applicationPermissions]) {
      const ids = kind.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.every((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))).toBe(true)
    }
  })

  it.each([
    ['User.Read', false],
    ['User.ReadBasic.All', false],
    ['Mail.ReadWrite', false],
    ['Files.ReadWrite.All', false],
    ['Sites.Read.All', false],
    ['Chat.Read', false],
    ['User.Read.All', true],
    ['User.ReadWrite.All', true],
    ['Directory.Read.All', true],
    ['Group.Read.All', true],
    ['Group.ReadWrite.All', true],
    ['GroupMember.Read.All', true],
    ['Application.Read.All', true],
    ['Organization.Read.All', true],
  ])('%s needs an administrator: %s', (value, needsAdmin) => {
    expect(findDelegated(value.toUpperCase())).toMatchObject({ value, needsAdmin })
  })
})

let tenant: Tenant

describe('consent', () => {
  beforeAll(async () => void (tenant = await createTenant({ users: 30 })))
  afterAll(() => tenant.close())

  it('to a permission for administrators is not a user’s', async () => {
    const scope = 'openid User.Read.All'
    const user = people(tenant).at(3).userPrincipalName
    const refused = await signInAtTenant(authorizeUrl(tenant, { scope }), { user })
    expect(refused.location).toContain('AADSTS90094')
    await consentForAll(tenant, scope)
    expect(await codeOf(tenant, { scope }, { user })).not.toBe('')
  })

  it('names a permission that has no words of its own', async () => {
    const url = authorizeUrl(tenant, { scope: 'openid Chat.ReadWrite' })
    const body = new URLSearchParams({ user: people(tenant).at(4).id })
    const page = await (await fetch(url, { method: 'POST', body })).text()
    expect(page).toContain('<code>Chat.ReadWrite</code>')
  })

  it('is needed for what does not exist either', async () => {
    const url = authorizeUrl(tenant, { scope: 'openid Nothing.Read' })
    const user = people(tenant).at(5).userPrincipalName
    expect((await signInAtTenant(url, { user })).location).toContain('AADSTS650053')
  })
})

const apiId = '0d1f5a3c-6b1e-4b8e-9d5c-7a2f10c4e9b1'
const things = `api://${apiId}/Things.Read`

describe('.default', () => {
  beforeEach(async () => {
    tenant = await createTenant({
      users: 30,
      clients: [
        {
          ...localClient,
          web: { redirectUris: [redirectUri] },
          delegatedPermissions: ['User.Read', 'Mail.Read', things],
          applicationPermissions: ['User.Read.All'],
        },
        {
          ...localClient,
          clientId: apiId,
          name: 'Things',
          identifierUris: [`api://${apiId}`],
          api: {
            requestedAccessTokenVersion: 2,
            oauth2PermissionScopes: [{ value: 'Things.Read' }, { value: 'Things.Write' }],
          },
        },
      ],
    })
  })
  afterEach(() => tenant.close())

  const user = () => people(tenant).at(3).userPrincipalName
  const tokensFor = async (scope: string, more: Record<string, string> = {}) => {
    const code = await codeOf(tenant, { scope, ...more }, { user: user() })
    return (await redeem(tenant, code)).body
  }

  it('asks for all that the registration lists, of all APIs, and is for the one that it names', async () => {
    const scope = 'openid offline_access https://graph.microsoft.com/.default'
    const body = new URLSearchParams({ user: people(tenant).at(3).id })
    const page = await (
      await fetch(authorizeUrl(tenant, { scope }), { method: 'POST', body })
    ).text()
    for (const listed of ['User.Read', 'Mail.Read', things]) expect(page).toContain(listed)
    const tokens = await tokensFor(scope)
    expect(claimsOf(tokens.access_token)).toMatchObject({ scp: 'openid User.Read Mail.Read' })
    const other = await refresh(tenant, tokens.refresh_token, { scope: `api://${apiId}/.default` })
    expect(claimsOf(other.body.access_token)).toMatchObject({ aud: apiId, scp: 'Things.Read' })
  })

  it('is in the answer, beside what it came to, each with the name of the request', async () => {
    const { refresh_token: token } = await tokensFor('offline_access User.Read Mail.Read')
    const graph = 'https://graph.microsoft.com'
    const scopeOf = async (scope: string) => (await refresh(tenant, token, { scope })).body['scope']
    const all = `${graph}/User.Read ${graph}/Mail.Read`
    expect(await scopeOf(`${graph}/.default`)).toBe(`${all} ${graph}/.default`)
    expect(await scopeOf(`openid ${graph}/User.Read`)).toBe(`openid ${graph}/User.Read`)
    expect(await scopeOf('.default')).toBe('User.Read Mail.Read .default')
    expect(await scopeOf('User.Read')).toBe('User.Read')
  })

  it('is what was granted, once anything was, and all again with prompt=consent', async () => {
    await tokensFor('openid User.ReadBasic.All')
    const scope = 'openid https://graph.microsoft.com/.default'
    const granted = await tokensFor(scope)
    expect(claimsOf(granted.access_token)).toMatchObject({ scp: 'openid User.ReadBasic.All' })
    const anew = await tokensFor(scope, { prompt: 'consent' })
    expect(claimsOf(anew.access_token)['scp']).toBe('openid User.Read Mail.Read User.ReadBasic.All')
  })

  it('is what the application exposes, if it asks for a token for itself', async () => {
    const [clientId, spa] = [crypto.randomUUID(), { redirectUris: ['http://localhost:6173/auth'] }]
    const api = {
      requestedAccessTokenVersion: 2 as const,
      oauth2PermissionScopes: [
        { value: 'Own.Read' },
        { value: 'Own.Old', isEnabled: false },
        { value: 'Own.Admin', type: 'Admin' as const },
      ],
    }
    const own = await createTenant({ users: 5, clients: [{ clientId, name: 'Own', spa, api }] })
    const asked = { client_id: clientId, redirect_uri: 'http://localhost:6173/auth' }
    const scope = `openid ${clientId}/.default`
    const code = await codeOf(own, { ...asked, scope })
    const form = { ...asked, client_secret: undefined, scope, code, code_verifier: verifier }
    const page = { origin: 'http://localhost:6173' }
    const { body } = await postToken(own, { grant_type: 'authorization_code', ...form }, page)
    await own.close()
    expect(body).toMatchObject({ scope: `${clientId}/Own.Read ${clientId}/.default` })
    expect(claimsOf(body.access_token)).toMatchObject({
      aud: clientId,
      azp: clientId,
      scp: 'Own.Read',
    })
  })

  it('is refused for an API that the registration does not list, and beside other scopes', async () => {
    const scope = 'openid api://6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164/.default'
    const location = async (asked: string) =>
      (await signInAtTenant(authorizeUrl(tenant, { scope: asked }), { user: user() })).location
    expect(await location(scope)).toContain('AADSTS650057')
    expect(await location('https://graph.microsoft.com/.default User.Read')).toContain(
      'AADSTS70011',
    )
  })

  it.each([
    ['at the endpoint of v1.0', '/adminconsent', {}],
    [
      'in the scope of v2.0',
      '/v2.0/adminconsent',
      { scope: 'https://graph.microsoft.com/.default' },
    ],
  ])(
    'is what an administrator grants %s, with the application permissions',
    async (_what, path, more) => {
      const query = new URLSearchParams({
        client_id: localClient.clientId,
        redirect_uri: redirectUri,
        state: 's',
        ...more,
      })
      const url = `${tenant.authority}/${tenant.tenantId}${path}?${query.toString()}`
      expect(await (await fetch(url)).text()).toContain('User.Read.All')
      const body = new URLSearchParams({ user: people(tenant).administrator.id })
      const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
      const { searchParams } = new URL(answer.headers.get('location') ?? '')
      expect(searchParams.get('admin_consent')).toBe('True')
      expect(searchParams.has('scope')).toBe('scope' in more)
      const password = {
        grant_type: 'password',
        username: user(),
        password: 'local-tenant-only-not-a-secret',
      }
      const tokens = await postToken(tenant, { ...password, scope: things })
      expect(claimsOf(tokens.body.access_token)).toMatchObject({ scp: 'Things.Read' })
      const refused = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ cancel: '1' }),
        redirect: 'manual',
      })
      const error = new URL(refused.headers.get('location') ?? '').searchParams.get('error')
      expect(error).toBe('scope' in more ? 'consent_required' : 'permission_denied')
    },
  )
})

describe('a code that is used twice', () => {
  it('is refused, and ends nothing, as Entra’s words for it say', async () => {
    tenant = await createTenant({ users: 30 })
    try {
      const code = await codeOf(tenant)
      const { body } = await redeem(tenant, code)
      expect((await redeem(tenant, code)).body['error_codes']).toEqual([54005])
      expect((await refresh(tenant, body.refresh_token)).status).toBe(200)
    } finally {
      await tenant.close()
    }
  })

  it('gives an ID token of an hour, and an access token of 60 to 90 minutes', async () => {
    tenant = await createTenant({ users: 30 })
    try {
      const lifetime = (token: unknown) => {
        const { exp, nbf } = claimsOf(token)
        return Number(exp) - Number(nbf) - 300
      }
      const tokens = await signIn(tenant)
      expect(lifetime(tokens.id_token)).toBe(3_600)
      expect(lifetime(tokens.access_token)).toBeGreaterThanOrEqual(3_600)
      expect(lifetime(tokens.access_token)).toBeLessThan(5_400)
      expect(tokens['expires_in']).toBe(lifetime(tokens.access_token))
    } finally {
      await tenant.close()
    }
  })
})
