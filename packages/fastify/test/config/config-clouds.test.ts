import { describe, expect, it } from 'vitest'
import { cloudFor, clouds, issuerFor } from '../../src/config/index.ts'
import { load, ownTenant, refusalOf, refusedKeys } from '../support/config-folder.ts'

const { tenant } = ownTenant

function at(authority: string, graph: string) {
  const downstreamApis = { graph: { ...ownTenant.downstreamApis.graph, baseUrl: graph } }
  return { ...ownTenant, authority, downstreamApis }
}

describe('the configuration of a cloud', () => {
  it.each([
    ['https://login.microsoftonline.com', 'https://graph.microsoft.com/v1.0'],
    ['https://login.microsoftonline.us', 'https://graph.microsoft.us/v1.0'],
    ['https://login.microsoftonline.us', 'https://dod-graph.microsoft.us/v1.0'],
    ['https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn/v1.0'],
    ['https://contoso.ciamlogin.com', 'https://graph.microsoft.com/v1.0'],
    ['https://login.example.test', 'https://graph.microsoft.com/v1.0'],
  ])('accepts the authority %s with the Graph address %s', (authority, graph) => {
    expect(load(at(authority, graph)).authority).toBe(authority)
  })

  it.each([
    ['https://login.microsoftonline.us', 'https://graph.microsoft.com/v1.0'],
    ['https://login.microsoftonline.com', 'https://graph.microsoft.us/v1.0'],
    ['https://login.partner.microsoftonline.cn', 'https://graph.microsoft.com/v1.0'],
    ['https://contoso.ciamlogin.com', 'https://microsoftgraph.chinacloudapi.cn/v1.0'],
  ])(
    'refuses the authority %s with the Graph address %s, and names the right one',
    (authority, graph) => {
      const refusal = refusalOf(at(authority, graph))
      expect(refusal.problems.map(({ key }) => key)).toEqual(['downstreamApis.graph.baseUrl'])
      expect(refusal.message).toMatch(/belongs to .* cloud.*; there it is https:\/\//)
    },
  )

  it('refuses another name of a cloud’s sign-in service, and names the one to use', () => {
    const file = { ...ownTenant, authority: 'https://login.windows.net' }
    expect(refusalOf(file).message).toContain('is known here as https://login.microsoftonline.com')
  })

  it('accepts an external tenant as one tenant', () => {
    const file = { ...ownTenant, authority: 'https://contoso.ciamlogin.com' }
    expect(refusedKeys({ ...file, tenant: 'organizations', allowedTenants: '*' })).toEqual([
      'tenant',
    ])
  })

  it.each([
    ['https://login.microsoftonline.us', tenant, `https://login.microsoftonline.us/${tenant}/v2.0`],
    ['https://contoso.ciamlogin.com', tenant, `https://${tenant}.ciamlogin.com/${tenant}/v2.0`],
    [
      'https://login.microsoftonline.com',
      'organizations',
      'https://login.microsoftonline.com/{tenantid}/v2.0',
    ],
  ])('expects for the authority %s and the tenant %s the issuer %s', (authority, of, issuer) => {
    expect(issuerFor({ authority, tenant: of, issuer: undefined })).toBe(issuer)
    expect(issuerFor({ authority, tenant: of, issuer: 'https://own.test' })).toBe(
      'https://own.test',
    )
  })

  it('refuses an issuer that is no address', () => {
    expect(refusedKeys({ ...ownTenant, issuer: 'contoso' })).toEqual(['issuer'])
  })
})

describe('the cloud of a configuration', () => {
  const proxy = 'https://graph.example.test/v1.0'

  it.each([
    ['https://login.microsoftonline.us', clouds.usgov.graph, 'usgov'],
    ['https://login.microsoftonline.us', clouds['usgov-dod'].graph, 'usgov-dod'],
    ['https://login.partner.microsoftonline.cn', proxy, 'china'],
    ['https://login.example.test', clouds.china.graph, 'china'],
    ['https://login.example.test', proxy, 'global'],
    ['https://contoso.ciamlogin.com', clouds.global.graph, 'global'],
  ] as const)('with the authority %s and the Graph %s is %s', (authority, graph, name) => {
    expect(cloudFor(load(at(authority, graph)))).toBe(clouds[name])
  })

  it('is known without an API named graph', () => {
    const file = { ...ownTenant, authority: clouds.usgov.authority, downstreamApis: {} }
    expect(cloudFor(load(file))).toBe(clouds.usgov)
  })
})

describe('personal accounts', () => {
  const personal = '9188040D-6c67-4c5b-b112-36a304b66dad'

  it('are refused with a sentence, as tenant and in the list', () => {
    expect(refusalOf({ ...ownTenant, tenant: personal }).message).toContain(
      'the tenant of personal Microsoft accounts, which cannot sign in here',
    )
    const list = { ...ownTenant, tenant: 'organizations', allowedTenants: [tenant, personal] }
    expect(refusedKeys(list)).toEqual(['allowedTenants'])
  })
})
