import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DeviceCodeCredential,
  OnBehalfOfCredential,
  UsernamePasswordCredential,
  type TokenCredential,
} from '@azure/identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approveDeviceCode, freePort } from '../../packages/tenant/src/testing/index.ts'
import { signInAdministrator, type Administrator } from '../administrator.ts'
import { serve } from '../application.ts'
import { makeClientCertificate } from '../certificate.ts'
import { askGraph } from '../graph.ts'
import { personOf, signInWith } from '../person.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6177/auth/redirect'
/** Of every user, as the tenant's documentation says. */
const localPassword = 'local-tenant-only-not-a-secret'
const defaultScope = 'https://graph.microsoft.com/.default'

let at: TlsTenant
let administrator: Administrator
beforeAll(async () => {
  at = await startDropIn(
    { web: { redirectUris: [redirectUri] }, isFallbackPublicClient: true },
    { deviceCodeInterval: 1 },
  )
  administrator = await signInAdministrator(at, redirectUri)
  await administrator.grantAppRoles(['User.Read.All'])
})
afterAll(() => at?.end())

async function tokenOf(credential: TokenCredential, scope = defaultScope): Promise<string> {
  return (await credential.getToken(scope))?.token ?? ''
}

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

/** What an application's token says, and what Graph answers to it. */
async function useOf(token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${at.graphUrl}/users/${personOf(at, 13).user.id}`, { headers })
  return { claims: claimsOf(token), user: await answer.json(), me: await askGraph(at, token) }
}

/** An application reads users, and is no user itself. */
function useOfApplication() {
  const { id, displayName } = personOf(at, 13).user
  const claims = { appid: at.client.clientId, idtyp: 'app', tid: at.tenant.tenantId }
  return { claims: { ...claims, roles: ['User.Read.All'] }, user: { id, displayName }, me: 400 }
}

describe('Azure Identity, with its default authority', () => {
  it('signs an application in by a secret', async () => {
    const { clientId, clientSecret } = at.client
    const credential = new ClientSecretCredential(at.tenant.tenantId, clientId, clientSecret)
    expect(await useOf(await tokenOf(credential))).toMatchObject(useOfApplication())
  })

  it('refuses a wrong secret as Entra does', async () => {
    const credential = new ClientSecretCredential(at.tenant.tenantId, at.client.clientId, 'wrong')
    await expect(tokenOf(credential)).rejects.toThrow('AADSTS7000215')
  })

  it('signs an application in by a certificate', async () => {
    const { certificate, key } = makeClientCertificate(at.folder)
    const der = certificate.replace(/-----[A-Z ]+-----|\s/g, '')
    await administrator.updateApplication({
      keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', key: der }],
    })
    const { tenantId } = at.tenant
    const pem = { certificate: `${key}${certificate}` }
    const credential = new ClientCertificateCredential(tenantId, at.client.clientId, pem)
    expect(await useOf(await tokenOf(credential))).toMatchObject(useOfApplication())
  })

  it('signs an application in by the assertion of another issuer', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const port = await freePort()
    const issuer = `http://localhost:${port}`
    const key = { ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig', alg: 'RS256' }
    const other = await serve((request, answer) => {
      const discovery = { issuer, jwks_uri: `${issuer}/keys` }
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify(request.url === '/keys' ? { keys: [key] } : discovery))
    }, port)
    const audience = 'api://AzureADTokenExchange'
    const path = `/applications(appId='${at.client.clientId}')/federatedIdentityCredentials`
    const federated = { name: 'other', issuer, subject: 'workload', audiences: [audience] }
    await administrator.ask('POST', path, federated)
    const assertion = () => {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: issuer, sub: 'workload', aud: audience, jti: randomUUID() }
      const parts = [
        { alg: 'RS256', kid: '1', typ: 'JWT' },
        { ...claims, iat: now, nbf: now, exp: now + 300 },
      ]
      const text = parts
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      const signature = createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')
      return Promise.resolve(`${text}.${signature}`)
    }
    const { tenantId } = at.tenant
    const credential = new ClientAssertionCredential(tenantId, at.client.clientId, assertion)
    expect(await useOf(await tokenOf(credential))).toMatchObject(useOfApplication())
    other.end()
  })

  it('signs a user in by a code on another device', async () => {
    const { user } = personOf(at, 14)
    const credential = new DeviceCodeCredential({
      clientId: at.client.clientId,
      userPromptCallback: ({ userCode, verificationUri }) => {
        void approveDeviceCode({ userCode, verificationUri, user: user.userPrincipalName })
      },
    })
    const token = await tokenOf(credential, 'User.Read')
    expect(await askGraph(at, token)).toBe(user.id)
  })

  it('signs a user in by a password', async () => {
    const { user } = personOf(at, 15)
    await administrator.consentForAll(['User.Read'])
    const credential = new UsernamePasswordCredential(
      at.tenant.tenantId,
      at.client.clientId,
      user.userPrincipalName,
      localPassword,
    )
    expect(await askGraph(at, await tokenOf(credential, 'User.Read'))).toBe(user.id)
  })

  it('calls Graph on behalf of a user', async () => {
    const person = personOf(at, 16)
    const { clientId, clientSecret } = at.client
    await exposeApi()
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: `api://${clientId}/access_as_user`,
    })
    const url = `${at.authority}/oauth2/v2.0/authorize?${query.toString()}`
    const code = (await signInWith(person, url)).searchParams.get('code') ?? ''
    const answer = await fetch(`${at.authority}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uri: redirectUri,
        grant_type: 'authorization_code',
        code,
      }),
    })
    const { access_token: userAssertionToken } = (await answer.json()) as { access_token: string }
    const { tenantId } = at.tenant
    const options = { tenantId, clientId, clientSecret, userAssertionToken }
    const token = await tokenOf(new OnBehalfOfCredential(options), 'User.Read')
    expect(await askGraph(at, token)).toBe(person.user.id)
  })
})

async function exposeApi(): Promise<void> {
  const words = 'Act for the user'
  await administrator.updateApplication({
    identifierUris: [`api://${at.client.clientId}`],
    api: {
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [
        {
          id: randomUUID(),
          value: 'access_as_user',
          type: 'User',
          isEnabled: true,
          adminConsentDisplayName: words,
          adminConsentDescription: words,
          userConsentDisplayName: words,
          userConsentDescription: words,
        },
      ],
    },
  })
}
