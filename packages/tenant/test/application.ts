/** An application that signs users in at a tenant: the requests that the tests send. */

import { createHash, randomBytes } from 'node:crypto'
import type { Tenant } from '../src/tenant.ts'
import { people, signInAtTenant, type SignInOptions } from '../src/testing/index.ts'

export const redirectUri = 'http://localhost:6173/auth/redirect'
export const verifier = randomBytes(32).toString('base64url')

export function authorizeUrl(tenant: Tenant, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: clientOf(tenant).clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile offline_access User.Read User.ReadBasic.All',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  })
  return `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/authorize?${query.toString()}`
}

export function clientOf(tenant: Tenant) {
  const [client] = tenant.clients
  if (!client) throw new Error('The tenant has no client.')
  return { ...client, clientSecret: client.secrets?.[0] ?? '' }
}

export interface Tokens {
  [member: string]: unknown
  access_token: string
  refresh_token: string
  id_token: string
}

/** Posts to the token endpoint with the client's secret; an undefined member is left out. */
export async function postToken(
  tenant: Tenant,
  form: Record<string, string | undefined>,
  headers: Record<string, string> = {},
) {
  const { clientId, clientSecret } = clientOf(tenant)
  const body = new URLSearchParams()
  const all = { client_id: clientId, client_secret: clientSecret, ...form }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) body.set(name, value)
  const url = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/token`
  const answer = await fetch(url, { method: 'POST', body, headers })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Tokens }
}

export async function codeOf(
  tenant: Tenant,
  parameters: Record<string, string> = {},
  options: SignInOptions = {},
): Promise<string> {
  const { location } = await signInAtTenant(authorizeUrl(tenant, parameters), options)
  return new URL(location).searchParams.get('code') ?? ''
}

export function redeem(
  tenant: Tenant,
  code: string,
  form: Record<string, string | undefined> = {},
) {
  return postToken(tenant, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...form,
  })
}

export async function signIn(
  tenant: Tenant,
  parameters: Record<string, string> = {},
  options: SignInOptions = {},
): Promise<Tokens> {
  return (await redeem(tenant, await codeOf(tenant, parameters, options))).body
}

/** An administrator consents for all users. */
export async function consentForAll(
  tenant: Tenant,
  scope: string,
  clientId = clientOf(tenant).clientId,
): Promise<void> {
  const query = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, scope })
  const url = `${tenant.authority}/${tenant.tenantId}/v2.0/adminconsent?${query.toString()}`
  const body = new URLSearchParams({ user: people(tenant).administrator.id })
  const answer = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  if (answer.status !== 302) throw new Error(`The tenant answers ${answer.status}.`)
}

export function refresh(tenant: Tenant, token: string, form: Record<string, string> = {}) {
  return postToken(tenant, { grant_type: 'refresh_token', refresh_token: token, ...form })
}

export function claimsOf(token: unknown): Record<string, unknown> {
  const payload = String(token).split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>
}
