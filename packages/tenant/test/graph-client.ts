/** Acts as the command line tool: signs an administrator in by device code, and calls Graph. */

import { commandLineClientId } from '../src/registry/built-in.ts'
import type { Tenant } from '../src/tenant.ts'
import { approveDeviceCode, type SignInOptions } from '../src/testing/index.ts'

const setupScopes =
  'openid profile offline_access User.Read Application.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All'

export interface Device {
  [member: string]: unknown
  user_code: string
  device_code: string
  verification_uri: string
}

export async function post(tenant: Tenant, endpoint: string, form: Record<string, string>) {
  const url = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/${endpoint}`
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

export async function beginDevice(tenant: Tenant, scope = setupScopes): Promise<Device> {
  const { body } = await post(tenant, 'devicecode', { client_id: commandLineClientId, scope })
  return body as Device
}

export function askForTokens(tenant: Tenant, deviceCode: string) {
  return post(tenant, 'token', {
    client_id: commandLineClientId,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
  })
}

/** An access token of the command line tool. */
export async function deviceToken(
  tenant: Tenant,
  options: SignInOptions,
  scope?: string,
): Promise<string> {
  const device = await beginDevice(tenant, scope)
  await approveDeviceCode({
    verificationUri: device.verification_uri,
    userCode: device.user_code,
    ...options,
  })
  const { body } = await askForTokens(tenant, device.device_code)
  return String(body.access_token)
}

/** @returns Graph's answer as status and JSON; undefined for an empty body */
export async function graph(
  tenant: Tenant,
  token: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(tenant.graphUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return { status: answer.status, body: json }
}
