/** Codes and tokens that an attacker gets from the tenant directly, not through the app. */
import { createHash } from 'node:crypto'
import { signInAtTenant } from '@gatehouse/tenant/testing'
import type { Tenant } from '@gatehouse/tenant'
import { localTenant } from '../../src/config/index.ts'

const verifier = 'somebody-elses-verifier-somebody-elses-verifier'
const redirectUri = 'http://localhost:5173/auth/redirect'

/** A code for this app's client, from a request that the app did not make. */
export async function foreignCode(tenant: Tenant, user?: string): Promise<string> {
  const url = new URL(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/authorize`)
  url.search = new URLSearchParams({
    client_id: localTenant.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access User.ReadBasic.All',
    state: 'somebody-elses-state',
    nonce: 'somebody-elses-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  const { location } = await signInAtTenant(url.href, user === undefined ? {} : { user })
  return new URL(location).searchParams.get('code') ?? ''
}

/** A genuine ID token for this app's client, from an earlier sign-in. */
export async function foreignIdToken(tenant: Tenant): Promise<string> {
  const answer = await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: localTenant.clientId,
      client_secret: localTenant.clientSecret,
      redirect_uri: redirectUri,
      code: await foreignCode(tenant),
      code_verifier: verifier,
    }),
  })
  return ((await answer.json()) as { id_token: string }).id_token
}
