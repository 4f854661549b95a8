/** Configures the application as an administrator does, through Graph. */

import { randomUUID } from 'node:crypto'
import { people, signInAtTenant } from '../packages/tenant/src/testing/index.ts'
import type { TlsTenant } from './tls-tenant.ts'

export interface Administrator {
  /** Asks Graph. @returns the JSON of the answer. @throws Error with the answer, if it is no success */
  ask(method: string, path: string, body?: object): Promise<Record<string, unknown>>
  /** Changes the application of the client. */
  updateApplication(change: object): Promise<void>
  /** Grants application permissions of Graph to the client. */
  grantAppRoles(values: readonly string[]): Promise<void>
  /** Signs in again, and consents. @returns an access token for permissions of Graph */
  tokenFor(scopes: readonly string[]): Promise<string>
  /** Consents to permissions of Graph for all users. */
  consentForAll(scopes: readonly string[]): Promise<void>
}

const own = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
]
const graphAppId = '00000003-0000-0000-c000-000000000000'

/** @param redirectUri one of the client's */
export async function signInAdministrator(
  at: TlsTenant,
  redirectUri: string,
): Promise<Administrator> {
  const token = await tokenFor(at, redirectUri, own)
  const { clientId } = at.client
  const ask: Administrator['ask'] = async (method, path, body) => {
    const answer = await fetch(`${at.graphUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${text}`)
    return (text ? JSON.parse(text) : {}) as Record<string, unknown>
  }
  const servicePrincipal = async (appId: string) =>
    (await ask('GET', `/servicePrincipals(appId='${appId}')`)) as unknown as ServicePrincipal
  return {
    ask,
    tokenFor: (scopes) => tokenFor(at, redirectUri, scopes),
    updateApplication: async (change) => {
      await ask('PATCH', `/applications(appId='${clientId}')`, change)
    },
    grantAppRoles: async (values) => {
      const { id: principalId } = await servicePrincipal(clientId)
      const { id: resourceId, appRoles } = await servicePrincipal(graphAppId)
      for (const value of values) {
        const appRoleId = appRoles.find((role) => role.value === value)?.id
        const path = `/servicePrincipals/${principalId}/appRoleAssignments`
        await ask('POST', path, { principalId, resourceId, appRoleId })
      }
    },
    consentForAll: async (wanted) => {
      const { id } = await servicePrincipal(clientId)
      const { id: resourceId } = await servicePrincipal(graphAppId)
      await ask('POST', '/oauth2PermissionGrants', {
        clientId: id,
        consentType: 'AllPrincipals',
        resourceId,
        scope: wanted.join(' '),
      })
    },
  }
}

interface ServicePrincipal {
  id: string
  appRoles: { id: string; value: string }[]
}

async function tokenFor(
  { authority, client, tenant }: TlsTenant,
  redirectUri: string,
  scopes: readonly string[],
): Promise<string> {
  const { clientId: client_id, clientSecret: client_secret } = client
  const asked = {
    client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: scopes.join(' '),
    state: randomUUID(),
  }
  const url = `${authority}/oauth2/v2.0/authorize?${new URLSearchParams(asked).toString()}`
  const user = people(tenant).administrator.userPrincipalName
  const { location } = await signInAtTenant(url, { user })
  const code = new URL(location).searchParams.get('code') ?? ''
  const answer = await fetch(`${authority}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id,
      client_secret,
      redirect_uri: redirectUri,
      grant_type: 'authorization_code',
      code,
    }),
  })
  const { access_token } = (await answer.json()) as { access_token?: string }
  if (access_token === undefined) throw new Error('The administrator gets no token.')
  return access_token
}
