/** A tenant with an application on each platform, and the requests that the tests of platforms send. */

import {
  createTenant,
  localClient,
  type ClientRegistration,
  type Tenant,
} from '../src/testing/index.ts'
import { authorizeUrl, verifier } from './application.ts'
import { signInAtTenant, type SignInOptions } from '../src/testing/index.ts'

export const pageOrigin = 'http://localhost:3000'

export type PlatformClient = ClientRegistration & { clientId: string }

export const spa: PlatformClient = {
  clientId: '1d5b7c2a-0f43-4a6e-8b1d-3c9e5f7a2b10',
  name: 'A page',
  spa: { redirectUris: [`${pageOrigin}/`] },
}

export const native: PlatformClient = {
  clientId: '7e9a4d51-2c38-4f0b-9d6a-1b8c3e5f7a20',
  name: 'A program',
  publicClient: {
    redirectUris: [
      'http://localhost',
      'myapp://auth',
      'https://login.microsoftonline.com/common/oauth2/nativeclient',
    ],
  },
}

export const web: PlatformClient = {
  clientId: '3c6f8e02-5a71-4d9b-a2e4-6f0d1c3b5a30',
  secrets: ['a-secret-of-this-test'],
  name: 'A server',
  web: {
    redirectUris: [
      'http://localhost:7071',
      'https://app.example/callback?tenant=a',
      'https://app.example/日本?ä=ö',
    ],
    implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: true },
  },
}

export function startPlatforms(now?: () => number): Promise<Tenant> {
  const clients = [localClient, spa, native, web]
  return createTenant({ users: 20, clients, ...(now ? { now } : {}) })
}

export function urlFor(
  tenant: Tenant,
  { clientId }: PlatformClient,
  parameters: Record<string, string | undefined>,
): string {
  const url = new URL(authorizeUrl(tenant, { client_id: clientId }))
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return url.href
}

/** What the application gets back: of the query or of the fragment. */
export async function answerOf(url: string, options: SignInOptions = {}) {
  const { location } = await signInAtTenant(url, options)
  const [address = '', fragment] = location.split('#')
  const query = address.split('?')[1] ?? ''
  return { address, parameters: new URLSearchParams(fragment ?? query) }
}

export async function postAs(
  tenant: Tenant,
  { clientId }: PlatformClient,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams({ client_id: clientId, ...form })
  const url = `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`
  const answer = await fetch(url, { method: 'POST', body, headers })
  const json = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, headers: answer.headers, body: json }
}

export function codeForm(code: string, redirectUri: string): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
}
