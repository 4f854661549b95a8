import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  discovery,
  enableNonRepudiationChecks,
  implicitAuthentication,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  useCodeIdTokenResponseType,
  useIdTokenResponseType,
  type Configuration,
} from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askGraph } from '../graph.ts'
import { follow, isSignedIn, personOf, signInWith, type Person } from '../person.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6173/auth/redirect'
const signedOut = 'http://localhost:6173/signed-out'

let at: TlsTenant
let config: Configuration
beforeAll(async () => {
  at = await startTlsTenant({
    web: {
      redirectUris: [redirectUri, signedOut],
      implicitGrantSettings: { enableIdTokenIssuance: true },
    },
  })
  config = await configure()
})
afterAll(() => at?.end())

async function configure(): Promise<Configuration> {
  const { clientId, clientSecret } = at.client
  const made = await discovery(new URL(at.issuer), clientId, {}, ClientSecretPost(clientSecret))
  // Signatures are verified too, although OpenID Connect allows TLS instead.
  enableNonRepudiationChecks(made)
  return made
}

async function start(of = config) {
  const checks = {
    pkceCodeVerifier: randomPKCECodeVerifier(),
    expectedState: randomState(),
    expectedNonce: randomNonce(),
    idTokenExpected: true,
  }
  const { href: url } = buildAuthorizationUrl(of, {
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access User.Read',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, checks }
}

async function signIn(person: Person) {
  const { url, checks } = await start()
  return authorizationCodeGrant(config, await signInWith(person, url), checks)
}

describe('openid-client, with every check on', () => {
  it('signs a user in, and Graph accepts its access token', async () => {
    const person = personOf(at, 3)
    const tokens = await signIn(person)
    expect(tokens.claims()).toMatchObject({
      iss: at.issuer,
      aud: at.client.clientId,
      oid: person.user.id,
      tid: at.tenant.tenantId,
      name: person.user.displayName,
    })
    expect(await askGraph(at, tokens.access_token)).toBe(person.user.id)
  })

  it('refreshes, for the same user', async () => {
    const person = personOf(at, 4)
    const first = await signIn(person)
    const second = await refreshTokenGrant(config, first.refresh_token ?? '')
    expect(second.claims()?.sub).toBe(first.claims()?.sub)
    expect(second.access_token).not.toBe(first.access_token)
    expect(await askGraph(at, second.access_token)).toBe(person.user.id)
  })

  it('signs a user in by a code and an ID token in the fragment, or by an ID token alone', async () => {
    const person = personOf(at, 8)
    const hybrid = await configure()
    useCodeIdTokenResponseType(hybrid)
    const { url, checks } = await start(hybrid)
    const tokens = await authorizationCodeGrant(hybrid, await signInWith(person, url), checks)
    expect(tokens.claims()).toMatchObject({ oid: person.user.id })
    expect(await askGraph(at, tokens.access_token)).toBe(person.user.id)
    const implicit = await configure()
    useIdTokenResponseType(implicit)
    const { href } = buildAuthorizationUrl(implicit, {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      nonce: checks.expectedNonce,
      state: checks.expectedState,
    })
    const { expectedNonce, expectedState } = checks
    const back = await signInWith(person, href)
    const claims = await implicitAuthentication(implicit, back, expectedNonce, { expectedState })
    expect(claims).toMatchObject({ oid: person.user.id, name: person.user.displayName })
  })

  it('builds a sign-out address that ends the session and leads back', async () => {
    const person = personOf(at, 5)
    const tokens = await signIn(person)
    const { url } = await start()
    expect(await isSignedIn(person, url)).toBe(true)
    const { href } = buildEndSessionUrl(config, {
      post_logout_redirect_uri: signedOut,
      id_token_hint: tokens.id_token ?? '',
      state: 'the-state',
    })
    expect(await follow(person, href)).toBe(`${signedOut}?state=the-state`)
    expect(await isSignedIn(person, url)).toBe(false)
  })

  it('refuses an ID token that is for another sign-in, or signed with another key', async () => {
    const person = personOf(at, 6)
    const tampered = { at: 'token', kind: 'idToken', times: 1 } as const
    at.tenant.faults.set({ ...tampered, claims: { nonce: 'another' } })
    await expect(signIn(person)).rejects.toThrow('unexpected JWT claim value')
    at.tenant.faults.set({ ...tampered, variant: 'foreign-key' })
    await expect(signIn(person)).rejects.toMatchObject({
      cause: { message: 'JWT signature verification failed' },
    })
  })
})
