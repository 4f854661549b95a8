/** Changes the app's registration at the local tenant as an administrator does: through Graph. */
import { createHash } from 'node:crypto'
import { people, signInAtTenant } from '@gatehouse/tenant/testing'
import type { Tenant } from '@gatehouse/tenant'
import { localTenant } from '../../src/config/index.ts'

const verifier = 'an-administrators-verifier-an-administrators-verifier'
const redirectUri = 'http://localhost:5173/auth/redirect'

export interface Registration {
  change(part: Record<string, unknown>): Promise<void>
  trust(credential: { name: string; issuer: string; subject: string }): Promise<void>
}

export async function registrationAt(tenant: Tenant): Promise<Registration> {
  const token = await administratorToken(tenant)
  const address = `${tenant.graphUrl}/applications(appId='${localTenant.clientId}')`
  const send = async (method: string, url: string, body: object) => {
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`Graph answered ${answer.status}: ${await answer.text()}`)
  }
  return {
    change: (part) => send('PATCH', address, part),
    trust: (credential) =>
      send('POST', `${address}/federatedIdentityCredentials`, {
        ...credential,
        audiences: ['api://AzureADTokenExchange'],
      }),
  }
}

async function administratorToken(tenant: Tenant): Promise<string> {
  const administrator = people(tenant).administrator
  const base = `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0`
  const query = new URLSearchParams({
    client_id: localTenant.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid Application.ReadWrite.All',
    state: 'administrator',
    nonce: 'administrator',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const user = administrator.userPrincipalName
  const { location } = await signInAtTenant(`${base}/authorize?${query.toString()}`, { user })
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: localTenant.clientId,
      client_secret: localTenant.clientSecret,
      redirect_uri: redirectUri,
      code: new URL(location).searchParams.get('code') ?? '',
      code_verifier: verifier,
    }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}
