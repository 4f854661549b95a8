/** The local tenant with the names of a national cloud, as its drop-in. */

import { get as httpGet } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environments } from '../src/entra/discovery/clouds.ts'
import { readCommand } from '../src/program/arguments.ts'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, freePort, type Tenant } from '../src/testing/index.ts'
import { claimsOf } from './application.ts'

const clients = [{ ...localClient, applicationPermissions: ['User.Read.All'] }]

describe.each([
  ['global', 'https://sts.windows.net', 'login.windows.net', 'urn:federation:MicrosoftOnline'],
  ['usgov', 'https://sts.windows.net', 'login.usgovcloudapi.net', 'urn:federation:MicrosoftOnline'],
  [
    'usgovdod',
    'https://sts.windows.net',
    'login.usgovcloudapi.net',
    'urn:federation:MicrosoftOnline',
  ],
  [
    'china',
    'https://sts.chinacloudapi.cn',
    'login.chinacloudapi.cn',
    'urn:federation:partner.microsoftonline.cn',
  ],
] as const)('the cloud %s', (name, firstIssuer, alias, urn) => {
  const { origin, graphOrigin } = environments[name]
  let tenant: Tenant
  let local: string
  beforeAll(async () => {
    const port = await freePort()
    local = `http://127.0.0.1:${port}`
    tenant = await createTenant({ port, users: 13, origin, graphOrigin, clients })
  })
  afterAll(() => tenant.close())

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(local + path, { headers })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  it('has its names in discovery', async () => {
    const path = `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`
    const { body } = await get(path)
    expect(body).toMatchObject({
      issuer: `${origin}/${tenant.tenantId}/v2.0`,
      token_endpoint: `${origin}/${tenant.tenantId}/oauth2/v2.0/token`,
      userinfo_endpoint: `${graphOrigin}/oidc/userinfo`,
      msgraph_host: new URL(graphOrigin).host,
      cloud_instance_name: new URL(origin).host.replace('login.', ''),
    })
    const first = await get('/common/.well-known/openid-configuration')
    expect(first.body).toMatchObject({ issuer: `${firstIssuer}/{tenantid}/` })
    const realm = await get('/common/UserRealm/nora.hill@local-tenant.example?api-version=1.0')
    expect(realm.body).toMatchObject({ account_type: 'Managed', cloud_audience_urn: urn })
  })

  it('gives tokens of Graph by its name there, with the issuer of the cloud', async () => {
    const answer = await fetch(`${local}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: localClient.clientId,
        client_secret: localClient.secrets[0],
        scope: `${graphOrigin}/.default`,
      }),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    expect(claimsOf(token)).toMatchObject({
      aud: graphOrigin,
      iss: `${firstIssuer}/${tenant.tenantId}/`,
    })
    const { body } = await get('/v1.0/users?$top=3', { authorization: `Bearer ${token}` })
    expect(body['@odata.nextLink']).toMatch(new RegExp(`^${graphOrigin}/v1.0/users`))
  })

  it('knows all clouds by their names, and no other host', async () => {
    const ask = (host: string, segment = 'common') => {
      const endpoint = `https://${host}/${segment}/oauth2/v2.0/authorize`
      const query = new URLSearchParams({
        authorization_endpoint: endpoint,
        'api-version': '1.1',
      })
      return get(`/common/discovery/instance?${query.toString()}`)
    }
    const { body } = await ask(alias)
    expect(body['tenant_discovery_endpoint']).toBe(
      `${origin}/common/v2.0/.well-known/openid-configuration`,
    )
    expect(body['metadata']).toEqual([
      {
        preferred_network: 'login.microsoftonline.com',
        preferred_cache: 'login.windows.net',
        aliases: [
          'login.microsoftonline.com',
          'login.windows.net',
          'login.microsoft.com',
          'sts.windows.net',
        ],
      },
      {
        preferred_network: 'login.partner.microsoftonline.cn',
        preferred_cache: 'login.partner.microsoftonline.cn',
        aliases: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
      },
      {
        preferred_network: 'login.microsoftonline.de',
        preferred_cache: 'login.microsoftonline.de',
        aliases: ['login.microsoftonline.de'],
      },
      {
        preferred_network: 'login.microsoftonline.us',
        preferred_cache: 'login.microsoftonline.us',
        aliases: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
      },
      {
        preferred_network: 'login-us.microsoftonline.com',
        preferred_cache: 'login-us.microsoftonline.com',
        aliases: ['login-us.microsoftonline.com'],
      },
    ])
    const other = name === 'china' ? 'login.microsoftonline.us' : 'login.chinacloudapi.cn'
    expect((await ask(other, 'elsewhere.example')).body['tenant_discovery_endpoint']).toBe(
      `https://${other}/elsewhere.example/v2.0/.well-known/openid-configuration`,
    )
    expect((await ask('login.example')).body).toMatchObject({ error: 'invalid_instance' })
  })

  it('is answered for under the other names of the cloud, and under those of no other', async () => {
    const keys = '/common/discovery/v2.0/keys'
    const statusAt = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const request = httpGet(local + keys, { headers: { host } }, (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 0)
        })
        request.on('error', reject)
      })
    expect(await statusAt(alias)).toBe(200)
    const other = name === 'china' ? 'login.microsoftonline.us' : 'login.chinacloudapi.cn'
    expect(await statusAt(other)).toBe(421)
  })
})

describe('--drop-in', () => {
  it.each([
    [[], environments.global],
    [['--cloud', 'usgov'], environments.usgov],
    [['--cloud', 'USGovDoD'], environments.usgovdod],
    [['--cloud', 'china'], environments.china],
  ])('with %j has its origins', (more, origins) => {
    expect(readCommand(['--drop-in', ...more], {})).toMatchObject({
      options: { ...origins, https: true, port: 443 },
    })
  })

  it('refuses a cloud that there is not, and one without it', () => {
    expect(() => readCommand(['--drop-in', '--cloud', 'moon'], {})).toThrow('global, usgov')
    expect(() => readCommand(['--cloud', 'china'], {})).toThrow('needs --drop-in')
  })
})

describe('Graph', () => {
  it.each(['https://graph.microsoft.us', 'https://dod-graph.microsoft.us'])(
    'has the names that its service principal lists in the public cloud, such as %s',
    async (uri) => {
      const tenant = await createTenant({ users: 1, clients })
      const ask = async (scope: string) => {
        const answer = await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: localClient.clientId,
            client_secret: localClient.secrets[0],
            scope,
          }),
        })
        return (await answer.json()) as Record<string, unknown>
      }
      const { access_token: token } = await ask(`${uri}/.default`)
      expect(claimsOf(token)).toMatchObject({ aud: uri, roles: ['User.Read.All'] })
      const elsewhere = 'https://microsoftgraph.chinacloudapi.cn/.default'
      expect(await ask(elsewhere)).toMatchObject({ error_codes: [500011] })
      await tenant.close()
    },
  )
})
