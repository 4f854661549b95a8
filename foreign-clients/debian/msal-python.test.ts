import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClient } from '../client-process.ts'
import { startProxy, type Proxy } from '../drop-in.ts'
import { personOf, signInWith, type Person } from '../person.ts'
import { requirePython } from '../programs.ts'
import { startDropIn, startTlsTenant, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6175/auth/redirect'

let python: string
let at: TlsTenant
beforeAll(() => {
  python = requirePython('msal')
})

/**
 * Signs a user in with the client.
 *
 * @param settings besides the client's id, secret and redirect URI
 * @param env of its process
 * @returns the result
 */
async function signIn(
  person: Person,
  settings: object,
  env: Record<string, string>,
): Promise<unknown> {
  const program = join(import.meta.dirname, 'msal-python.py')
  const client = startClient(python, [program], env)
  try {
    const { clientId, clientSecret } = at.client
    const start = { clientId, clientSecret, graph: at.graphUrl, redirectUri, ...settings }
    const { url } = (await client.ask(start)) as { url: string }
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256')
    const back = await signInWith(person, url)
    return await client.ask(Object.fromEntries(back.searchParams))
  } finally {
    await client.end()
  }
}

function expected({ user }: Person) {
  const { id, displayName: name, userPrincipalName: username } = user
  return {
    claims: { iss: at.issuer, aud: at.client.clientId, oid: id, name },
    account: { home_account_id: `${id}.${at.tenant.tenantId}`, username },
    fromCache: true,
    isFresh: true,
    graph: [id, id, id],
    left: [],
  }
}

describe('MSAL for Python, as Debian has it', () => {
  beforeAll(async () => {
    at = await startTlsTenant({ web: { redirectUris: [redirectUri] } })
  })
  afterAll(() => at?.end())

  const signInHere = (person: Person) => {
    const { authority, certificates } = at
    return signIn(person, { authority }, { REQUESTS_CA_BUNDLE: certificates.authorityFile })
  }

  it('signs a user in, refreshes, asks Graph and forgets the user', async () => {
    const person = personOf(at, 3)
    expect(await signInHere(person)).toMatchObject(expected(person))
  })

  it('refuses an answer with another state, and an ID token with another nonce', async () => {
    const person = personOf(at, 4)
    at.tenant.faults.set({
      at: 'authorize',
      kind: 'authorizeResponse',
      times: 1,
      patch: { state: 'another' },
    })
    await expect(signInHere(person)).rejects.toThrow('state mismatch')
    at.tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, claims: { nonce: 'another' } })
    await expect(signInHere(person)).rejects.toThrow('nonce')
  })
})

describe('MSAL for Python, without an authority', () => {
  let proxy: Proxy
  beforeAll(async () => {
    at = await startDropIn({ web: { redirectUris: [redirectUri] } })
    proxy = await startProxy(at.port, at.certificates.authorityFile)
  })
  afterAll(async () => {
    proxy?.end()
    await at?.end()
  })

  it('signs a user in, and checks how long ago the user was there', async () => {
    const person = personOf(at, 5)
    const result = (await signIn(person, { maxAge: 600 }, proxy.env)) as {
      claims: { auth_time: number }
    }
    expect(result).toMatchObject(expected(person))
    expect(Math.abs(result.claims.auth_time - Date.now() / 1000)).toBeLessThan(600)
    expect(proxy.refused).toEqual([])
  })
})
