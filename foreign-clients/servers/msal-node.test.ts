import { ConfidentialClientApplication, CryptoProvider, ResponseMode } from '@azure/msal-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askGraph } from '../graph.ts'
import { personOf, signInWith, type Person } from '../person.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6174/auth/redirect'
const scopes = ['User.Read']

let at: TlsTenant
beforeAll(async () => {
  at = await startTlsTenant({ web: { redirectUris: [redirectUri] } })
})
afterAll(() => at?.end())

/** The settings for Entra plus one line: MSAL does not ask Microsoft about this authority. */
function createClient(authority = at.authority) {
  const { clientId, clientSecret } = at.client
  const knownAuthorities = [new URL(authority).host]
  return new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority, knownAuthorities },
  })
}

type Client = ReturnType<typeof createClient>

async function signIn(client: Client, person: Person) {
  const crypto = new CryptoProvider()
  const { verifier: codeVerifier, challenge: codeChallenge } = await crypto.generatePkceCodes()
  const asked = {
    scopes,
    redirectUri,
    state: crypto.createNewGuid(),
    nonce: crypto.createNewGuid(),
  }
  const url = await client.getAuthCodeUrl({
    ...asked,
    codeChallenge,
    codeChallengeMethod: 'S256',
    responseMode: ResponseMode.QUERY,
  })
  const answer = Object.fromEntries((await signInWith(person, url)).searchParams)
  const code = answer['code'] ?? ''
  const result = await client.acquireTokenByCode(
    { ...asked, code, codeVerifier },
    { ...answer, code },
  )
  if (!result.account) throw new Error('MSAL has no account')
  return { ...result, account: result.account }
}

describe('MSAL Node in its default mode, with its own network client', () => {
  it('signs a user in, and Graph accepts its access token', async () => {
    const person = personOf(at, 3)
    const result = await signIn(createClient(), person)
    expect(result.account).toMatchObject({
      homeAccountId: `${person.user.id}.${at.tenant.tenantId}`,
      tenantId: at.tenant.tenantId,
      username: person.user.userPrincipalName,
      name: person.user.displayName,
    })
    expect(result.idTokenClaims).toMatchObject({ iss: at.issuer, aud: at.client.clientId })
    expect(await askGraph(at, result.accessToken)).toBe(person.user.id)
  })

  it('signs in at an authority for all organisations', async () => {
    const person = personOf(at, 4)
    const { account } = await signIn(createClient(`${at.tenant.origin}/organizations`), person)
    expect(account.localAccountId).toBe(person.user.id)
  })

  it('takes a token from its cache, and a fresh one when told to', async () => {
    const person = personOf(at, 5)
    const client = createClient()
    const { account, accessToken } = await signIn(client, person)
    const cached = await client.acquireTokenSilent({ account, scopes })
    expect(cached).toMatchObject({ fromCache: true, accessToken })
    const fresh = await client.acquireTokenSilent({ account, scopes, forceRefresh: true })
    expect(fresh.fromCache).toBe(false)
    expect(fresh.accessToken).not.toBe(accessToken)
    expect(await askGraph(at, fresh.accessToken)).toBe(person.user.id)
  })

  it('redeems a refresh token that was stored outside its cache', async () => {
    const person = personOf(at, 6)
    const client = createClient()
    await signIn(client, person)
    const { RefreshToken } = JSON.parse(client.getTokenCache().serialize()) as {
      RefreshToken: Record<string, { secret: string }>
    }
    const refreshToken = Object.values(RefreshToken)[0]?.secret ?? ''
    const result = await createClient().acquireTokenByRefreshToken({ refreshToken, scopes })
    expect(result?.uniqueId).toBe(person.user.id)
    expect(await askGraph(at, result?.accessToken ?? '')).toBe(person.user.id)
  })

  it('asks for a sign-in if the user’s tokens were revoked', async () => {
    const person = personOf(at, 7)
    const client = createClient()
    const { account } = await signIn(client, person)
    at.tenant.revokeUser(person.user.id)
    const refreshing = client.acquireTokenSilent({ account, scopes, forceRefresh: true })
    await expect(refreshing).rejects.toMatchObject({
      name: 'InteractionRequiredAuthError',
      subError: 'bad_token',
    })
  })

  it('refuses an answer with another state, and an ID token with another nonce', async () => {
    const person = personOf(at, 8)
    const client = createClient()
    const refused = (errorCode: string) => ({ name: 'ClientAuthError', errorCode })
    at.tenant.faults.set({
      at: 'authorize',
      kind: 'authorizeResponse',
      times: 1,
      patch: { state: 'another' },
    })
    await expect(signIn(client, person)).rejects.toMatchObject(refused('state_mismatch'))
    at.tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, claims: { nonce: 'another' } })
    await expect(signIn(client, person)).rejects.toMatchObject(refused('nonce_mismatch'))
  })
})
