/** Uses the package as an app does: only by its public API, with its own OpenID Connect client. */

import { createHash, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { createTenant, type ClientRegistration, type Tenant } from '@gatehouse/tenant'
import { clearScenarios, people, setScenario, signInAtTenant } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const redirectUri = 'http://localhost:4000/callback'
const client = {
  clientId: '6b1f0c1e-5d0a-4f9b-9c57-0f6a3f1f7a10',
  secrets: ['a-secret-of-this-test'],
  name: 'An app of its own',
  web: { redirectUris: [redirectUri] },
} satisfies ClientRegistration

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ clients: [client], users: 13 })))
afterAll(() => tenant.close())

interface Metadata {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
}

async function discover(): Promise<Metadata> {
  const path = `${tenant.tenantId}/v2.0/.well-known/openid-configuration`
  const answer = await fetch(`${tenant.authority}/${path}`)
  return (await answer.json()) as Metadata
}

/** The code flow with PKCE, from discovery to tokens. */
async function signIn(user: string) {
  const metadata = await discover()
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: client.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile User.ReadBasic.All',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const authorizeUrl = `${metadata.authorization_endpoint}?${query.toString()}`
  const callback = new URL((await signInAtTenant(authorizeUrl, { user })).location)
  const answer = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: client.clientId,
      client_secret: client.secrets[0] ?? '',
      redirect_uri: redirectUri,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
    }),
  })
  const tokens = (await answer.json()) as { access_token: string; id_token: string }
  const payload = tokens.id_token.split('.')[1] ?? ''
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return { metadata, callback, accessToken: tokens.access_token, claims }
}

const listUsers = (accessToken: string) =>
  fetch(`${tenant.graphUrl}/users`, { headers: { authorization: `Bearer ${accessToken}` } })

describe('the public API', () => {
  it('starts a tenant on which a user signs in with a code flow', async () => {
    const user = people(tenant).administrator
    const { metadata, callback, claims } = await signIn(user.userPrincipalName)
    expect(`${callback.origin}${callback.pathname}`).toBe(redirectUri)
    expect(callback.searchParams.get('state')).toBe('a-state')
    expect(claims).toMatchObject({
      iss: metadata.issuer,
      aud: client.clientId,
      nonce: 'a-nonce',
      oid: user.id,
      preferred_username: user.userPrincipalName,
    })
  })

  it('sets a scenario and clears it', async () => {
    const { accessToken } = await signIn(people(tenant).first.userPrincipalName)
    expect((await listUsers(accessToken)).status).toBe(200)
    await setScenario(tenant, 'graph-throttled')
    expect((await listUsers(accessToken)).status).toBe(429)
    await clearScenarios(tenant)
    expect((await listUsers(accessToken)).status).toBe(200)
  })

  it.each(['seal', 'src/seal.ts', 'testing/people', 'package.json'])(
    'does not let an app import @gatehouse/tenant/%s',
    (path) => {
      const { resolve } = createRequire(import.meta.url)
      expect(() => resolve(`@gatehouse/tenant/${path}`)).toThrow(
        expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }),
      )
    },
  )
})
