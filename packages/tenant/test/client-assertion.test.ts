import 'reflect-metadata'
import { createHash, KeyObject, webcrypto } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { X509CertificateGenerator } from '@peculiar/x509'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { deviceToken, graph, post } from './graph-client.ts'
import { people } from '../src/testing/index.ts'

let now = Date.now()
let tenant: Tenant
let token: string
let issuer: Server
let foreign: { origin: string; key: CryptoKey }
let application: { id: string; appId: string }

beforeAll(async () => {
  tenant = await createTenant({ users: 5, deviceCodeInterval: 0, now: () => now })
  token = await deviceToken(tenant, { user: people(tenant).administrator.id })
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }
  issuer = createServer((request, response) => {
    if (request.url?.startsWith('/moved/')) {
      response.writeHead(302, { location: request.url.slice('/moved'.length) }).end()
      return
    }
    const isKeys = request.url === '/keys'
    const document = isKeys
      ? { keys: [jwk] }
      : { issuer: foreign.origin, jwks_uri: `${foreign.origin}/keys` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
  })
  await new Promise<void>((resolve) => void issuer.listen(0, '127.0.0.1', resolve))
  const { port } = issuer.address() as AddressInfo
  foreign = { origin: `http://127.0.0.1:${port}`, key: privateKey }
  const { body } = await graph(tenant, token, 'POST', '/applications', { displayName: 'x' })
  application = { id: String(body.id), appId: String(body.appId) }
  await graph(tenant, token, 'POST', '/servicePrincipals', { appId: body.appId })
})
afterAll(async () => {
  issuer.close()
  await tenant.close()
})

/** If the proof of the client is accepted, the next error is that of the grant, 70000. */
async function prove(proof: Record<string, string>) {
  const { body } = await post(tenant, 'token', {
    client_id: application.appId,
    grant_type: 'refresh_token',
    refresh_token: 'x',
    ...proof,
  })
  return (body.error_codes as number[])[0]
}

const asserted = (assertion: string) =>
  prove({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  })

async function certificate() {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 30 * 24 * 3_600_000),
    keys,
  })
  return { key: KeyObject.from(keys.privateKey), raw: Buffer.from(made.rawData) }
}

describe('a certificate', () => {
  it('proves the client once it is registered, until the assertion or the certificate expires', async () => {
    const { key, raw } = await certificate()
    const sign = (claims: { aud?: string; sub?: string } = {}, named: object = { jti: 'j' }) =>
      new SignJWT({ ...named, ...claims })
        .setProtectedHeader({
          alg: 'RS256',
          'x5t#S256': createHash('sha256').update(raw).digest('base64url'),
        })
        .setIssuer(application.appId)
        .setSubject(claims.sub ?? application.appId)
        .setAudience(claims.aud ?? `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`)
        .setExpirationTime(Math.floor(now / 1000) + 600)
        .sign(key)
    expect(await asserted(await sign())).toBe(700027)
    const path = `/applications/${application.id}`
    const keyCredentials = [
      { type: 'AsymmetricX509Cert', usage: 'Verify', key: raw.toString('base64') },
    ]
    const patched = await graph(tenant, token, 'PATCH', path, { keyCredentials })
    expect(patched.status).toBe(204)
    expect((await graph(tenant, token, 'GET', path)).body.keyCredentials).toMatchObject([
      { key: null, customKeyIdentifier: createHash('sha1').update(raw).digest('base64') },
    ])
    expect(await asserted(await sign())).toBe(70000)
    const common = `${tenant.origin}/common/oauth2/v2.0/token`
    expect(await asserted(await sign({ aud: common }))).toBe(70000)
    expect(await asserted(await sign({ aud: 'https://elsewhere.example' }))).toBe(700023)
    expect(await asserted(await sign({ sub: 'somebody' }))).toBe(700021)
    expect(await asserted(await sign({}, {}))).toBe(50027)
    const early = await sign()
    now += 700_000
    expect(await asserted(early)).toBe(700024)
    now += 31 * 24 * 3_600_000
    expect(await asserted(await sign())).toBe(700027)
    now -= 31 * 24 * 3_600_000
    expect(await asserted('nonsense')).toBe(50027)
  })
})

it.each([
  ['a subject that is a number', { iss: 'x', sub: 5 }],
  ['an issuer that is a list', { iss: ['x'], sub: 'x' }],
])('an assertion with %s is malformed', async (_, claims) => {
  const parts = [{ alg: 'RS256' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const assertion = `${parts.join('.')}.AA`
  expect(await asserted(assertion)).toBe(50027)
  // Without `client_id`, the assertion names the client.
  const { status, body } = await post(tenant, 'token', {
    grant_type: 'client_credentials',
    scope: 'https://graph.microsoft.com/.default',
    client_assertion: assertion,
  })
  expect([status, body]).toMatchObject([400, { error_codes: [50027] }])
})

describe('a federated credential', () => {
  const sign = (claims: { iss?: string; sub?: string; aud?: string } = {}, key = foreign.key) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(claims.iss ?? foreign.origin)
      .setSubject(claims.sub ?? 'repo:one')
      .setAudience(claims.aud ?? 'api://AzureADTokenExchange')
      .setExpirationTime(Math.floor(now / 1000) + 600)
      .sign(key)

  it('accepts a token of its issuer as proof of the client, and no other token', async () => {
    expect(await asserted(await sign())).toBe(70021)
    const path = `/applications/${application.id}/federatedIdentityCredentials`
    const input = {
      name: 'ci-main',
      issuer: foreign.origin,
      subject: 'repo:one',
      audiences: ['api://AzureADTokenExchange'],
    }
    expect((await graph(tenant, token, 'POST', path, input)).status).toBe(201)
    expect((await graph(tenant, token, 'POST', path, input)).status).toBe(409)
    expect(await asserted(await sign())).toBe(70000)
    expect(await asserted(await sign({ iss: 'http://127.0.0.1:1' }))).toBe(700211)
    expect(await asserted(await sign({ aud: 'other' }))).toBe(700212)
    expect(await asserted(await sign({ sub: 'repo:two' }))).toBe(700213)
    const stranger = await generateKeyPair('RS256')
    expect(await asserted(await sign({}, stranger.privateKey))).toBe(50013)
    expect((await graph(tenant, token, 'DELETE', `${path}/ci-main`)).status).toBe(204)
    expect(await asserted(await sign())).toBe(70021)
    // The issuer decides alone where its keys are: no redirect leads to those of another one.
    const moved = { ...input, issuer: `${foreign.origin}/moved` }
    expect((await graph(tenant, token, 'POST', path, moved)).status).toBe(201)
    expect(await asserted(await sign({ iss: moved.issuer }))).toBe(90006)
    expect((await graph(tenant, token, 'DELETE', `${path}/ci-main`)).status).toBe(204)
  })
})

it('each of several secrets is valid until it expires', async () => {
  const add = async (endDateTime: number) => {
    const path = `/applications/${application.id}/addPassword`
    const passwordCredential = { endDateTime: new Date(endDateTime).toISOString() }
    const { body } = await graph(tenant, token, 'POST', path, { passwordCredential })
    return { client_secret: String(body.secretText) }
  }
  const short = await add(now + 60_000)
  const long = await add(now + 3_000_000)
  expect(await prove(short)).toBe(70000)
  now += 61_000
  expect([await prove(short), await prove(long)]).toEqual([7000222, 70000])
  expect(await prove({ client_secret: 'wrong' })).toBe(7000215)
  expect(await prove({})).toBe(7000218)
})
