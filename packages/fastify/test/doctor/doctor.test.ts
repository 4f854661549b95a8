import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { loadConfig, localTenant } from '../../src/config/index.ts'
import { diagnose, type Finding } from '../../src/doctor/index.ts'
import { authorityFindings } from '../../src/doctor/checks/authority.ts'
import { checks } from '../../src/doctor/checks.ts'
import { browserRequestFinding } from '../../src/doctor/checks/public-address.ts'
import { redirectFinding } from '../../src/doctor/checks/redirect-uri.ts'
import { createEntra } from '../../src/entra/index.ts'
import { load, ownTenant } from '../support/config-folder.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ config: { clientSecretExpires: '2099-12-31' } })

/** The findings for the app's configuration with some keys changed. */
function findings(patch: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  const { tenant, dataDir } = gatehouse()
  const scopes = ['User.ReadBasic.All']
  const file = {
    tenant: tenant.tenantId,
    clientId: localTenant.clientId,
    clientSecret: localTenant.clientSecret,
    clientSecretExpires: '2099-12-31',
    authority: tenant.authority,
    publicUrl: 'http://localhost:5173',
    scopes,
    downstreamApis: { graph: { baseUrl: tenant.graphUrl, scopes } },
    ...patch,
  }
  const path = join(dataDir, 'doctor.config.json')
  writeFileSync(path, JSON.stringify(file))
  return diagnose({ AAD_CONFIG: path, DATA_DIR: dataDir, ...env }, dataDir)
}

function bad(all: Finding[]): Finding[] {
  return all.filter(({ status }) => status === 'fail' || status === 'warn')
}

const notChecked = (all: Finding[]) =>
  all.filter(({ status }) => status === 'unknown').map(({ id }) => id)

const one = (all: Finding[], id: string) => all.find((finding) => finding.id === id)

/** Those of every diagnosis, in their order. */
const allIds = checks.flatMap(({ id, others = [] }) => [id, ...others])

describe('doctor', () => {
  it('finds nothing wrong where a sign-in works', async () => {
    const all = await findings()
    expect(bad(all)).toEqual([])
    expect(all.map(({ id }) => id)).toEqual(allIds)
    expect(notChecked(all)).toEqual(['public-url', 'device-bound', 'roles'])
    expect(one(all, 'credential')?.reason).toMatch(
      /Entra accepts it; it ends on 2099-12-31: \d+ days/,
    )
  })

  it('names each wrong key of the configuration', async () => {
    const all = await findings({ scopes: [], extra: 1 })
    expect(bad(all).map(({ reason }) => reason.split(' ')[0])).toEqual(['extra', 'scopes'])
    expect(notChecked(all)).toEqual(allIds.filter((id) => id !== 'config'))
  })

  it('says that the secret is wrong, and where to get another, without the secret', async () => {
    const all = await findings({ clientSecret: 'wrong-secret-0123456789' })
    expect(bad(all)).toMatchObject([{ id: 'credential', status: 'fail', who: 'owner' }])
    expect(one(all, 'credential')?.reason).toContain('AADSTS7000215')
    expect(one(all, 'credential')?.next).toContain('Certificates & secrets')
    expect(JSON.stringify(all)).not.toContain('wrong-secret-0123456789')
  })

  it('warns only, where another credential works', async () => {
    const path = join(gatehouse().dataDir, 'doctor-secret')
    writeFileSync(path, localTenant.clientSecret, { mode: 0o600 })
    const credentials = [{ assertionFile: '/nowhere' }, { secretFile: path, expires: '2099-12-31' }]
    const all = await findings({
      clientSecret: undefined,
      clientSecretExpires: undefined,
      credentials,
    })
    expect(bad(all)).toMatchObject([{ id: 'credential', status: 'warn' }])
    expect(bad(all)[0]?.reason).toContain('credentials.0 has a file that cannot be read (ENOENT)')
  })

  it.each([
    ['2020-01-01', 'fail'],
    [new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10), 'warn'],
  ])('counts the days of a secret that ends on %s: %s', async (clientSecretExpires, status) => {
    expect(bad(await findings({ clientSecretExpires }))).toMatchObject([
      { id: 'credential', status },
    ])
  })

  it('finds a redirect URI that is not registered', async () => {
    const all = await findings({ publicUrl: 'https://localhost:1' })
    expect(one(all, 'redirect-uri')).toMatchObject({ status: 'fail', who: 'owner' })
    expect(one(all, 'redirect-uri')?.reason).toContain('https://localhost:1/auth/redirect')
    expect(one(all, 'redirect-uri')?.copy).toBe('https://localhost:1/auth/redirect')
    expect(one(all, 'address')).toMatchObject({ status: 'warn' })
    expect(one(all, 'public-url')).toMatchObject({ status: 'warn' })
  })

  it('finds an app that the tenant does not know, and a tenant that nobody knows', async () => {
    const unknown = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
    const withoutApp = await findings({ clientId: unknown })
    expect(one(withoutApp, 'redirect-uri')?.reason).toContain('AADSTS700016')
    expect(one(await findings({ tenant: unknown }), 'authority')).toMatchObject({ status: 'fail' })
  })

  it('finds a store that cannot be written', async () => {
    const all = await findings({}, { STORE_URL: 'sqlite:/dev/null/sessions.sqlite' })
    expect(bad(all)).toMatchObject([{ id: 'store', status: 'fail', who: 'operator' }])
    expect(bad(all)[0]?.reason).toMatch(/\(EEXIST: a part of its path is no folder\)$/)
  })

  it('makes no file of a store that is not there yet', async () => {
    const file = join(gatehouse().dataDir, 'new/sessions.sqlite')
    const all = await findings({}, { STORE_URL: `sqlite:${file}` })
    expect(one(all, 'store')).toMatchObject({ status: 'pass' })
    expect(one(all, 'store')?.reason).toContain(file)
    expect(existsSync(dirname(file))).toBe(false)
  })

  it('names the cause if no managed identity answers', async () => {
    const env = { MANAGED_IDENTITY_URL: 'http://127.0.0.1:9' }
    const credentials = [{ managedIdentity: { clientId: randomUUID() } }]
    const none = { clientSecret: undefined, clientSecretExpires: undefined }
    const all = await findings({ ...none, credentials }, env)
    expect(one(all, 'credential')?.reason).toBe(
      'credentials.0 cannot be fetched: no managed identity answers here (127.0.0.1:9 refuses the connection (ECONNREFUSED)).',
    )
  })

  it('asks through the proxy, and names it', async () => {
    const proxy = await startConnectProxy({ port: 9, refuses: 403 })
    const { authority, downstreamApis } = ownTenant
    const env = { HTTPS_PROXY: `http://${proxy.host}` }
    const all = await findings({ tenant: ownTenant.tenant, authority, downstreamApis }, env)
    await proxy.close()
    const host = 'login.microsoftonline.com'
    expect(new Set(proxy.targets)).toEqual(new Set([`${host}:443`, 'graph.microsoft.com:443']))
    const refused = `${host} is behind a proxy that does not connect to it (403)`
    expect(one(all, 'authority')).toMatchObject({
      status: 'fail',
      reason: `${refused}, asked through the proxy ${proxy.host} of HTTPS_PROXY.`,
      next: `Allow ${host} at the proxy, or name it in NO_PROXY if it is reached directly.`,
    })
    expect(one(all, 'redirect-uri')?.reason).toContain(refused)
  })

  it('names the cause if the authority cannot be reached', async () => {
    const all = await findings({ authority: 'http://127.0.0.1:9' })
    const cause = '127.0.0.1:9 refuses the connection (ECONNREFUSED)'
    expect(one(all, 'authority')?.reason).toContain(cause)
    expect(all.map(({ id }) => id)).toEqual(allIds)
    const needTheTenant = ['issuer', 'clock', 'redirect-uri', 'credential']
    expect(notChecked(all)).toEqual(expect.arrayContaining(needTheTenant))
    expect(one(all, 'redirect-uri')?.reason).toContain(cause)
    expect(one(all, 'credential')?.reason).toBe(
      'clientSecret is there; whether Entra accepts it is not known; it ends on 2099-12-31: ' +
        `${Math.floor((Date.UTC(2100, 0, 1) - Date.now()) / 86_400_000)} days left. The tenant did not answer.`,
    )
  })

  it('finds scopes that the sign-in does not ask for', async () => {
    const { graphUrl } = gatehouse().tenant
    const graph = { baseUrl: graphUrl, scopes: ['User.ReadBasic.All', 'Mail.Read'] }
    expect(bad(await findings({ downstreamApis: { graph } }))).toMatchObject([{ id: 'scopes' }])
  })

  it('does not say that the sign-in asks for all scopes if there are none to ask for', async () => {
    const all = await findings({ downstreamApis: {} })
    expect(one(all, 'scopes')).toMatchObject({
      status: 'pass',
      reason: 'Graph is called with no scope of its own.',
    })
  })
})

describe('a credential at a tenant that gives apps tokens of their own', () => {
  const scope = 'https://graph.microsoft.com/.default'

  it('is proved with one request for such a token', async () => {
    const { tenant, dataDir, environment } = gatehouse()
    const body = { token_type: 'Bearer', access_token: 'made-up', expires_in: 3599 }
    tenant.faults.set({ at: 'token', kind: 'respond', status: 200, body })
    const { log } = Fastify({ logger: false })
    const entra = createEntra(loadConfig(environment, dataDir), log, Date.now)
    try {
      await entra.applicationToken(scope)
    } finally {
      await entra.close()
    }
    const sent = tenant.journal.entries().filter(({ endpoint }) => endpoint === 'token')
    expect(sent.map(({ body: form }) => form)).toMatchObject([
      { grant_type: 'client_credentials', scope: expect.stringContaining(scope) as unknown },
    ])
  })
})

describe('what doctor makes of facts', () => {
  const config = load(ownTenant)

  it.each([
    [0, 'pass'],
    [-3 * 60_000, 'warn'],
    [20 * 60_000, 'fail'],
  ])('a clock that is %i ms off: %s', (clockAheadMs, status) => {
    const issuer = `${config.authority}/${config.tenant}/v2.0`
    const all = authorityFindings(config, { issuer, clockAheadMs })
    expect(one(all, 'clock')?.status).toBe(status)
  })

  it('another issuer than expected', () => {
    const all = authorityFindings(config, { issuer: 'https://other.test', clockAheadMs: 0 })
    expect(one(all, 'issuer')).toMatchObject({ status: 'warn' })
    expect(one(all, 'issuer')?.next).toContain('"issuer": "https://other.test"')
  })

  it.each([
    ['', true],
    ['microsoftonline.com', false],
  ])('the proxy, unless NO_PROXY (%j) has the authority', (NO_PROXY, isNamed) => {
    const behind = load(ownTenant, { HTTPS_PROXY: 'http://nora:pass@proxy.test:8080', NO_PROXY })
    const [found] = authorityFindings(behind, { issuer: 'https://other.test', clockAheadMs: 0 })
    expect(found?.reason.includes('through the proxy proxy.test:8080 of')).toBe(isNamed)
  })

  it('an answer about the redirect URI that says nothing', () => {
    const facts = { registered: undefined, aadsts: undefined }
    expect(redirectFinding(config, facts)).toMatchObject({ status: 'warn' })
  })

  it.each([
    [false, [], 'pass'],
    [true, [], 'warn'],
    [true, ['127.0.0.1'], 'pass'],
  ])(
    'a proxy that passed the request on (%s), and trusts %j: %s',
    (isForwarded, proxies, status) => {
      const behind = { ...config, trustedProxies: proxies }
      expect(browserRequestFinding(behind, isForwarded)).toMatchObject({
        id: 'address-bar',
        status,
      })
    },
  )
})
