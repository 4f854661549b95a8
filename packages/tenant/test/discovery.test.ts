import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTenant,
  freePort,
  localClient,
  type ClientRegistration,
  type Tenant,
} from '../src/testing/index.ts'
import { authorizeUrl, clientOf, postToken } from './application.ts'
import { recordedDocument, recordedKeyMembers } from './fixtures/discovery.ts'

const single = {
  clientId: '5a0d3f81-6f0e-4c1b-9a0b-2f1f4f0c7d11',
  secrets: ['a-secret-of-this-test'],
  name: 'Of one tenant',
  web: { redirectUris: ['http://localhost:6173/auth/redirect'] },
  signInAudience: 'AzureADMyOrg',
} satisfies ClientRegistration

let tenant: Tenant
beforeAll(async () => {
  const clients = [localClient, single]
  tenant = await createTenant({ users: 20, clients })
})
afterAll(() => tenant.close())

type Json = Record<string, unknown>

async function get(path: string) {
  const answer = await fetch(tenant.origin + path)
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Json }
}

const wellKnown = '.well-known/openid-configuration'

function ofThisTenant(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const { host } = new URL(tenant.origin)
  return value.replace(/^(LOGIN|GRAPH)_HOST$/, host).replace(/^(LOGIN|GRAPH)/, tenant.origin)
}

describe('discovery', () => {
  it('has every member of the public document, and no other', async () => {
    const { body } = await get(`/common/v2.0/${wellKnown}`)
    const expected = Object.entries(recordedDocument).map(([name, value]) => [
      name,
      ofThisTenant(value),
    ])
    expect(body).toEqual(Object.fromEntries(expected))
  })

  it.each(['organizations', 'Common', 'consumers'])('is served for %s', async (name) => {
    const { status, body } = await get(`/${name}/v2.0/${wellKnown}`)
    expect(status).toBe(200)
    expect(body['token_endpoint']).toBe(`${tenant.origin}/${name.toLowerCase()}/oauth2/v2.0/token`)
    const issuer = name === 'consumers' ? '9188040d-6c67-4c5b-b112-36a304b66dad' : '{tenantid}'
    expect(body['issuer']).toBe(`${tenant.origin}/${issuer}/v2.0`)
  })

  it('is served for a domain name, with the id of its tenant', async () => {
    const domain = tenant.users[0]?.userPrincipalName.split('@')[1] ?? ''
    const { body } = await get(`/${domain.toUpperCase()}/v2.0/${wellKnown}`)
    const own = await get(`/${tenant.tenantId}/v2.0/${wellKnown}`)
    expect(body).toEqual(own.body)
    expect(own.body['issuer']).toBe(`${tenant.origin}/${tenant.tenantId}/v2.0`)
    expect(own.body['tenant_region_scope']).toBe('WW')
  })

  it('is served in version 1.0, with the issuer of that version', async () => {
    const { body } = await get(`/${tenant.tenantId}/${wellKnown}`)
    expect(body).toMatchObject({
      issuer: `https://sts.windows.net/${tenant.tenantId}/`,
      jwks_uri: `${tenant.origin}/common/discovery/keys`,
      microsoft_multi_refresh_token: true,
    })
    const keys = await get('/common/discovery/keys')
    expect(keys.body['keys']).toHaveLength(1)
  })

  it.each([wellKnown, `v2.0/${wellKnown}`, 'discovery/v2.0/keys'])(
    'answers HEAD of %s as it answers GET, without the body',
    async (path) => {
      const head = await fetch(`${tenant.origin}/common/${path}`, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
    },
  )

  it.each(['another.example', '00000000-0000-0000-0000-000000000000'])(
    'knows no tenant %s',
    async (name) => {
      const { status, body } = await get(`/${name}/v2.0/${wellKnown}`)
      expect(status).toBe(400)
      expect(body).toMatchObject({ error: 'invalid_tenant', error_codes: [90002] })
    },
  )
})

describe('a signing key', () => {
  it('has the members of a public one, with a certificate that is its own', async () => {
    const { body } = await get('/common/discovery/v2.0/keys')
    const [key] = body['keys'] as [Record<string, string> & { x5c: string[] }]
    expect(Object.keys(key).toSorted()).toEqual(recordedKeyMembers.toSorted())
    expect(key.issuer).toBe(`${tenant.origin}/{tenantid}/v2.0`)
    const certificate = Buffer.from(key.x5c[0] ?? '', 'base64')
    const parsed = new X509Certificate(certificate)
    const fromJwk = createPublicKey({ key, format: 'jwk' })
    expect(parsed.verify(fromJwk)).toBe(true)
    expect(parsed.publicKey.equals(fromJwk)).toBe(true)
    expect(Date.parse(parsed.validFrom)).toBeLessThan(Date.now())
    expect(Date.parse(parsed.validTo)).toBeGreaterThan(Date.now() + 4 * 365 * 86_400_000)
    const thumbprint = createHash('sha1').update(certificate).digest('base64url')
    expect([key.x5t, key.kid]).toEqual([thumbprint, thumbprint])
  })

  it('has another certificate after a rotation', async () => {
    const kids = async () => {
      const { body } = await get(`/${tenant.tenantId}/discovery/v2.0/keys`)
      return (body['keys'] as { kid: string }[]).map(({ kid }) => kid)
    }
    const [before] = await kids()
    tenant.rotateKeys({ keepOld: true })
    const [fresh, old] = await kids()
    expect(old).toBe(before)
    expect(fresh).not.toBe(before)
  })
})

describe('an application of one tenant', () => {
  it.each(['common', 'organizations'])('is refused through /%s', async (name) => {
    const url = authorizeUrl(tenant, { client_id: single.clientId })
    const page = await fetch(url.replace(tenant.tenantId, name))
    expect(await page.text()).toContain('AADSTS50194')
  })

  it('is served by the id and by the domain name', async () => {
    const url = authorizeUrl(tenant, { client_id: single.clientId })
    const domain = tenant.users[0]?.userPrincipalName.split('@')[1] ?? ''
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(url.replace(tenant.tenantId, domain))).status).toBe(200)
  })
})

describe('consumers', () => {
  it('knows no application of work accounts', async () => {
    const url = authorizeUrl(tenant).replace(tenant.tenantId, 'consumers')
    const page = await fetch(url, { redirect: 'manual' })
    expect(page.status).toBe(400)
    expect(await page.text()).toMatch(/AADSTS700016: .*Microsoft Accounts/)
    const { clientId, clientSecret } = clientOf(tenant)
    const token = await fetch(`${tenant.origin}/consumers/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: 'refresh_token',
        refresh_token: 'x',
      }),
    })
    expect(await token.json()).toMatchObject({ error_codes: [700016] })
    const own = await postToken(tenant, { grant_type: 'refresh_token', refresh_token: 'x' })
    expect(own.body).toMatchObject({ error_codes: [70000] })
  })
})

describe('instance discovery', () => {
  const ask = (endpoint: string, version = '1.1') => {
    const query = new URLSearchParams({ authorization_endpoint: endpoint, 'api-version': version })
    return get(`/common/discovery/instance?${query.toString()}`)
  }

  it('knows the tenant’s own host', async () => {
    const { body } = await ask(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/authorize`)
    const { host } = new URL(tenant.origin)
    expect(body).toEqual({
      tenant_discovery_endpoint: `${tenant.origin}/${tenant.tenantId}/v2.0/${wellKnown}`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    })
  })

  it('has only the document in version 1.0, of the version of the endpoint', async () => {
    const { body } = await ask(`${tenant.origin}/common/oauth2/authorize`, '1.0')
    expect(body).toEqual({ tenant_discovery_endpoint: `${tenant.origin}/common/${wellKnown}` })
  })

  it('knows the other names of the public cloud, if the tenant is its host', async () => {
    const origin = 'https://login.microsoftonline.com'
    const port = await freePort()
    const dropIn = await createTenant({ users: 1, origin, port })
    const query = new URLSearchParams({
      authorization_endpoint: 'https://login.windows.net/common/oauth2/v2.0/authorize',
      'api-version': '1.1',
    })
    const url = `http://127.0.0.1:${port}/common/discovery/instance?${query.toString()}`
    const body = (await (await fetch(url)).json()) as { metadata: unknown[] }
    await dropIn.close()
    expect(body.metadata[0]).toMatchObject({
      preferred_network: 'login.microsoftonline.com',
      preferred_cache: 'login.windows.net',
    })
  })

  it.each([
    [
      'another host',
      'https://login.example/common/oauth2/v2.0/authorize',
      'invalid_instance',
      50049,
    ],
    ['no address', 'common', 'invalid_instance', 50049],
    ['nothing', '', 'invalid_request', 900144],
  ])('refuses %s', async (_what, endpoint, error, number) => {
    const { status, body } = await ask(endpoint)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error, error_codes: [number] })
  })
})

describe('a user realm', () => {
  it('of the tenant is managed, in both versions', async () => {
    const user = tenant.users[0]?.userPrincipalName ?? ''
    const domain = user.split('@')[1]
    const { host } = new URL(tenant.origin)
    const first = await get(`/common/UserRealm/${encodeURIComponent(user)}?api-version=1.0`)
    expect(first.body).toEqual({
      ver: '1.0',
      account_type: 'Managed',
      domain_name: domain,
      cloud_instance_name: host,
      cloud_audience_urn: 'urn:federation:MicrosoftOnline',
    })
    const query = new URLSearchParams({ user, 'api-version': '2.1' })
    const second = await get(`/common/userrealm/?${query.toString()}`)
    expect(second.body).toEqual({
      NameSpaceType: 'Managed',
      Login: user,
      DomainName: domain,
      FederationBrandName: tenant.tenantName,
      TenantBrandingInfo: null,
      cloud_instance_name: host,
    })
  })

  it('of another domain is unknown', async () => {
    const first = await get('/common/userrealm/x@another.example?api-version=1.0')
    expect(first.body).toMatchObject({ account_type: 'Unknown' })
    const second = await get('/common/userrealm?user=x@another.example&api-version=2.0')
    expect(second.body).toMatchObject({ NameSpaceType: 'Unknown', Login: 'x@another.example' })
  })

  it.each([
    ['without a user', '/common/userrealm/?api-version=1.0', 900144],
    ['in a version that there is not', '/common/userrealm/a@b.example?api-version=9', 90023],
  ])('is refused %s', async (_what, path, number) => {
    expect((await get(path)).body).toMatchObject({ error_codes: [number] })
  })
})
