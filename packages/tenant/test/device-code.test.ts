import {
  PublicClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commandLineClientId } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { approveDeviceCode, people, signInAtTenant } from '../src/testing/index.ts'
import { claimsOf, codeOf, postToken } from './application.ts'
import { askForTokens, beginDevice, deviceToken, graph } from './graph-client.ts'

let now = Date.now()
let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 10, now: () => now })))
afterAll(() => tenant.close())

const admin = () => people(tenant).administrator.id
const other = () => people(tenant).first.id

const pageOf = (device: { verification_uri: string; user_code: string }) => ({
  verificationUri: device.verification_uri,
  userCode: device.user_code,
})

it('a device waits for the sign-in, is told to slow down if it polls too often, and gets tokens once', async () => {
  const device = await beginDevice(tenant)
  expect(device).toMatchObject({ expires_in: 900, interval: 5 })
  expect(device.message).toContain(device.user_code)
  const ask = () => askForTokens(tenant, device.device_code)
  expect(await ask()).toMatchObject({ status: 400, body: { error: 'authorization_pending' } })
  expect((await ask()).body).toMatchObject({ error: 'slow_down' })
  now += 5_000
  expect((await ask()).body).toMatchObject({
    error: 'authorization_pending',
    error_codes: [70016],
  })
  const userCode = device.user_code.toLowerCase()
  const page = await approveDeviceCode({ ...pageOf(device), userCode, user: admin() })
  expect(page).toContain('You are signed in')
  const { status, body } = await ask()
  expect(status).toBe(200)
  expect(claimsOf(body.id_token).oid).toBe(admin())
  expect((await ask()).body).toMatchObject({ error: 'invalid_grant', error_codes: [54005] })
})

it('a user who cancels declines for the device', async () => {
  const device = await beginDevice(tenant)
  const page = await approveDeviceCode({ ...pageOf(device), cancel: true })
  expect(page).toContain('You are not signed in')
  const { body } = await askForTokens(tenant, device.device_code)
  expect(body).toMatchObject({ error: 'authorization_declined' })
})

it('permissions that only an administrator can grant are refused to other users', async () => {
  const device = await beginDevice(tenant)
  await approveDeviceCode({ ...pageOf(device), user: other() })
  const { body } = await askForTokens(tenant, device.device_code)
  expect(body).toMatchObject({ error: 'access_denied', error_codes: [90094] })
})

it('a device code ends after fifteen minutes, on both sides', async () => {
  const device = await beginDevice(tenant)
  now += 900_000
  const { body } = await askForTokens(tenant, device.device_code)
  expect(body).toMatchObject({ error: 'expired_token', error_codes: [70020] })
  await expect(approveDeviceCode(pageOf(device))).rejects.toThrow('That code did not work')
})

it('an unknown code is refused, from the device and from the user', async () => {
  const { body } = await askForTokens(tenant, '1.Dinvented')
  expect(body).toMatchObject({ error: 'bad_verification_code' })
  const page = { verificationUri: `${tenant.origin}/devicelogin`, userCode: 'XXXXXXXXX' }
  await expect(approveDeviceCode(page)).rejects.toThrow('That code did not work')
})

it('refuses the form from another site, and a sign-in that did not start with a code', async () => {
  const headers = { origin: 'http://evil.example' }
  const body = new URLSearchParams({ user_code: 'XXXXXXXXX' })
  const answer = await fetch(`${tenant.origin}/devicelogin`, { method: 'POST', headers, body })
  expect(answer.status).toBe(403)
  const query = new URLSearchParams({
    client_id: commandLineClientId,
    redirect_uri: `${tenant.origin}/devicelogin/done`,
    response_type: 'code',
    scope: 'User.Read',
    state: 'invented',
  })
  const url = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/authorize?${query.toString()}`
  const { location } = await signInAtTenant(url, { user: other() })
  expect(await (await fetch(location)).text()).toContain('AADSTS70018')
})

it('a device code is good for its own application only', async () => {
  const device = await beginDevice(tenant)
  await approveDeviceCode({ ...pageOf(device), user: admin() })
  const theft = await postToken(tenant, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: device.device_code,
  })
  expect([theft.status, theft.body]).toMatchObject([400, { error_codes: [70018] }])
  expect((await askForTokens(tenant, device.device_code)).status).toBe(200)
})

/** Enters the code of a device. @returns the address that the sign-in for it starts at */
async function enter(device: { verification_uri: string; user_code: string }): Promise<URL> {
  const body = new URLSearchParams({ user_code: device.user_code })
  const options = { method: 'POST', body, redirect: 'manual' } as const
  const answer = await fetch(device.verification_uri, options)
  return new URL(answer.headers.get('location') ?? '')
}

it.each<[string, () => Promise<string>]>([
  [
    'was given to another application',
    () => codeOf(tenant, { redirect_uri: `${tenant.origin}/devicelogin/done` }),
  ],
  [
    'was used for another device',
    async () => {
      const { href } = await enter(await beginDevice(tenant))
      const { location } = await signInAtTenant(href, { user: admin() })
      expect((await fetch(location)).status).toBe(200)
      return new URL(location).searchParams.get('code') ?? ''
    },
  ],
  [
    'was sent to another address',
    async () => {
      const url = await enter(await beginDevice(tenant))
      url.searchParams.set('redirect_uri', 'http://localhost:8400')
      const { location } = await signInAtTenant(url.href, { user: admin() })
      return new URL(location).searchParams.get('code') ?? ''
    },
  ],
])('a code that %s approves no device', async (_what, getCode) => {
  const device = await beginDevice(tenant)
  const state = (await enter(device)).searchParams.get('state') ?? ''
  const code = await getCode()
  expect(code).not.toBe('')
  const query = new URLSearchParams({ state, code })
  const answer = await fetch(`${tenant.origin}/devicelogin/done?${query.toString()}`)
  expect(await answer.text()).toContain('AADSTS70018')
  const { body } = await askForTokens(tenant, device.device_code)
  expect(body).toMatchObject({ error: 'authorization_pending' })
})

it.each(['/', '/more', '?x=1', '.evil.test', '#'])(
  'no application is sent to the page at the end with %s behind it',
  async (more) => {
    const url = await enter(await beginDevice(tenant))
    url.searchParams.set('redirect_uri', `${tenant.origin}/devicelogin/done${more}`)
    const answer = await fetch(url, { redirect: 'manual' })
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('AADSTS50011'),
    ])
  },
)

it('MSAL Node signs in by device code', async () => {
  const fast = await createTenant({ users: 10, deviceCodeInterval: 0 })
  try {
    const { host } = new URL(fast.authority)
    const metadata = await fetch(
      `${fast.authority}/${fast.tenantId}/v2.0/.well-known/openid-configuration`,
    )
    const client = new PublicClientApplication({
      auth: {
        clientId: commandLineClientId,
        authority: `https://${host}/${fast.tenantId}`,
        knownAuthorities: [host],
        authorityMetadata: await metadata.text(),
      },
      system: { networkClient },
    })
    const result = await client.acquireTokenByDeviceCode({
      scopes: ['User.Read', 'Application.ReadWrite.All'],
      deviceCodeCallback: ({ verificationUri, userCode }) =>
        void approveDeviceCode({ verificationUri, userCode, user: people(fast).administrator.id }),
    })
    expect(result?.account?.username).toBe(people(fast).administrator.userPrincipalName)
    const answer = await graph(fast, result?.accessToken ?? '', 'GET', '/applications')
    expect(answer.status).toBe(200)
  } finally {
    await fast.close()
  }
})

const networkClient: INetworkModule = {
  sendGetRequestAsync: <T>(url: string) => send<T>(url, {}),
  sendPostRequestAsync: <T>(url: string, { headers = {}, body = '' }: NetworkRequestOptions = {}) =>
    send<T>(url, { method: 'POST', headers, body }),
}

async function send<T>(url: string, init: RequestInit): Promise<NetworkResponse<T>> {
  const answer = await fetch(url, init)
  return { status: answer.status, headers: {}, body: (await answer.json()) as T }
}

it('a token of a user who is not an administrator can read and cannot change anything', async () => {
  const scope = 'openid Application.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All'
  const token = await deviceToken(tenant, { user: admin() }, scope)
  const principals = await graph(
    tenant,
    token,
    'GET',
    `/servicePrincipals?$filter=appId eq '${commandLineClientId}' or appId eq 'x'`,
  )
  expect(principals.body.value).toMatchObject([{ appId: commandLineClientId }])
  const idOf = async (appId: string) =>
    (await graph(tenant, token, 'GET', `/servicePrincipals(appId='${appId}')`)).body.id
  const granted = await graph(tenant, token, 'POST', '/oauth2PermissionGrants', {
    clientId: await idOf(commandLineClientId),
    consentType: 'AllPrincipals',
    resourceId: await idOf('00000003-0000-0000-c000-000000000000'),
    scope,
  })
  expect(granted.status).toBe(201)
  const weak = await deviceToken(tenant, { user: other() }, scope)
  const list = await graph(tenant, weak, 'GET', '/applications')
  expect(list).toMatchObject({ status: 200, body: { value: [] } })
  const made = await graph(tenant, weak, 'POST', '/applications', { displayName: 'x' })
  expect(made).toMatchObject({
    status: 403,
    body: { error: { code: 'Authorization_RequestDenied' } },
  })
})
