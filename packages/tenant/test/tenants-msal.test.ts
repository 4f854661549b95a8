/** MSAL for Node signs users of two tenants in to one application, through `common`. */

import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkResponse,
} from '@azure/msal-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { freePort, signInAtTenant } from '../src/testing/index.ts'
import { redirectUri } from './application.ts'

let tenant: Tenant
beforeAll(async () => {
  const port = await freePort()
  tenant = await createTenant({
    port,
    // MSAL takes https only, so the tenant says that a proxy with TLS is in front of it.
    origin: `https://localhost:${port}`,
    users: 5,
    clients: [{ ...localClient, web: { redirectUris: [redirectUri] } }],
    tenants: [
      {
        domain: 'fabrikam.example',
        users: 5,
        people: [
          {
            userPrincipalName: 'nora.hill_local-tenant.example#EXT#@fabrikam.example',
            mail: 'nora.hill@local-tenant.example',
          },
        ],
      },
    ],
  })
})
afterAll(() => tenant.close())

const direct = (url: string) => url.replace('https://localhost', 'http://127.0.0.1')

async function send<T>(url: string, init: RequestInit): Promise<NetworkResponse<T>> {
  const answer = await fetch(direct(url), init)
  return { status: answer.status, headers: {}, body: (await answer.json()) as T }
}
const networkClient: INetworkModule = {
  sendGetRequestAsync: (url) => send(url, {}),
  sendPostRequestAsync: (url, { headers = {}, body = '' } = {}) =>
    send(url, { method: 'POST', headers, body }),
}

async function application() {
  const { host } = new URL(tenant.origin)
  return new ConfidentialClientApplication({
    auth: {
      clientId: localClient.clientId,
      clientSecret: localClient.secrets[0],
      authority: `https://${host}/common`,
      knownAuthorities: [host],
    },
    system: { networkClient },
  })
}

const scopes = ['User.Read']

it.each(['nora.hill@local-tenant.example', 'nora.hill@fabrikam.example'])(
  'signs in %s, with tokens of the tenant of the user',
  async (user) => {
    const client = await application()
    const url = await client.getAuthCodeUrl({ scopes, redirectUri })
    const { location } = await signInAtTenant(direct(url), { user })
    const code = new URL(location).searchParams.get('code') ?? ''
    const result = await client.acquireTokenByCode({ code, scopes, redirectUri })
    const home = tenant.tenants.find(({ domain }) => user.endsWith(`@${domain}`))
    expect(result).toMatchObject({
      tenantId: home?.tenantId,
      account: {
        username: user,
        tenantId: home?.tenantId,
        homeAccountId: expect.stringContaining(home?.tenantId ?? ''),
      },
    })
    if (!result.account) throw new Error('There is no account.')
    const silent = await client.acquireTokenSilent({
      account: result.account,
      scopes,
      forceRefresh: true,
    })
    expect(silent.tenantId).toBe(home?.tenantId)
  },
)

it('gets tokens for a guest at the other tenant, and AADSTS50020 for whoever is none', async () => {
  const client = await application()
  const [first, second] = tenant.tenants
  const signIn = async (user: string) => {
    const url = await client.getAuthCodeUrl({ scopes, redirectUri })
    const { location } = await signInAtTenant(direct(url), { user })
    const code = new URL(location).searchParams.get('code') ?? ''
    const { account } = await client.acquireTokenByCode({ code, scopes, redirectUri })
    if (!account) throw new Error('There is no account.')
    return account
  }
  const { host } = new URL(tenant.origin)
  const at = (id: string | undefined) => `https://${host}/${id ?? ''}`
  const nora = await signIn('nora.hill@local-tenant.example')
  const consent = await client.getAuthCodeUrl({
    scopes,
    redirectUri,
    authority: at(second?.tenantId),
  })
  await signInAtTenant(direct(consent), {
    user: 'nora.hill@local-tenant.example',
  })
  const guest = await client.acquireTokenSilent({
    account: nora,
    scopes,
    authority: at(second?.tenantId),
    // It has a token of the account at home, and does not ask for which tenant that is.
    forceRefresh: true,
  })
  expect(guest.tenantId).toBe(second?.tenantId)
  const other = await signIn('daniel.okafor@fabrikam.example')
  await expect(
    client.acquireTokenSilent({
      account: other,
      scopes,
      authority: at(first?.tenantId),
      forceRefresh: true,
    }),
  ).rejects.toThrow('AADSTS50020')
})
