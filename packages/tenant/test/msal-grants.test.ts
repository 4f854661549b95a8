import {
  ConfidentialClientApplication,
  InteractionRequiredAuthError,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localPassword } from '../src/directory/directory.ts'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, codeOf, consentForAll, redeem, redirectUri } from './application.ts'
import { callGraph } from './graph-call.ts'

const middleId = '5a0c1d2e-3f4b-4c5d-8e6f-708192a3b4c5'
const secret = 'local-tenant-only-not-a-secret'

let tenant: Tenant
let metadata: string
beforeAll(async () => {
  tenant = await createTenant({
    users: 20,
    clients: [
      { ...localClient, web: { redirectUris: [redirectUri] } },
      {
        clientId: middleId,
        secrets: [secret],
        name: 'Middle tier',
        web: { redirectUris: [redirectUri] },
        identifierUris: [`api://${middleId}`],
        api: {
          requestedAccessTokenVersion: 2,
          oauth2PermissionScopes: [{ value: 'access_as_user' }],
        },
        applicationPermissions: ['Application.Read.All'],
      },
    ],
  })
  const address = `${tenant.authority}/${tenant.tenantId}/v2.0/.well-known/openid-configuration`
  metadata = await (await fetch(address)).text()
})
afterAll(() => tenant.close())

const networkClient: INetworkModule = {
  sendGetRequestAsync: <T>(url: string) => send<T>(url, {}),
  sendPostRequestAsync: <T>(url: string, { headers = {}, body = '' }: NetworkRequestOptions = {}) =>
    send<T>(url, { method: 'POST', headers, body }),
}

async function send<T>(url: string, init: RequestInit): Promise<NetworkResponse<T>> {
  const answer = await fetch(url, init)
  return { status: answer.status, headers: {}, body: (await answer.json()) as T }
}

function application(clientId: string) {
  const { host } = new URL(tenant.authority)
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret: secret,
      authority: `https://${host}/${tenant.tenantId}`,
      knownAuthorities: [host],
      authorityMetadata: metadata,
    },
    system: { networkClient },
  })
}

describe('MSAL Node', () => {
  it('gets an app-only token by client credentials, and Graph takes it', async () => {
    const result = await application(middleId).acquireTokenByClientCredential({
      scopes: ['https://graph.microsoft.com/.default'],
    })
    const answer = await callGraph(tenant, '/applications', result?.accessToken ?? '')
    expect(answer.status).toBe(200)
    expect(result?.account).toBeNull()
  })

  it('exchanges the token of a user on behalf of the user, after an interactive consent', async () => {
    const scope = `openid api://${middleId}/access_as_user`
    const user = people(tenant).at(3)
    const code = await codeOf(tenant, { scope }, { user: user.userPrincipalName })
    const { access_token: oboAssertion } = (await redeem(tenant, code)).body
    const exchange = () =>
      application(middleId).acquireTokenOnBehalfOf({ oboAssertion, scopes: ['User.Read'] })
    await expect(exchange()).rejects.toBeInstanceOf(InteractionRequiredAuthError)
    await consentForAll(tenant, 'User.Read', middleId)
    const result = await exchange()
    expect(claimsOf(result?.accessToken)).toMatchObject({ oid: user.id, appid: middleId })
    expect(result?.account?.localAccountId).toBe(user.id)
  })

  it('signs a user in by password', async () => {
    await consentForAll(tenant, 'User.Read')
    const user = people(tenant).at(4)
    const result = await application(localClient.clientId).acquireTokenByUsernamePassword({
      scopes: ['User.Read'],
      username: user.userPrincipalName,
      password: localPassword,
    })
    expect(result?.account?.localAccountId).toBe(user.id)
    expect((await callGraph(tenant, '/me', result?.accessToken ?? '')).status).toBe(200)
  })
})
