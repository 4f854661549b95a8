import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClient } from '../client-process.ts'
import { personOf, signInWith, type Person } from '../person.ts'
import { requirePython } from '../programs.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6175/auth/redirect'

let python: string
let at: TlsTenant
beforeAll(async () => {
  python = requirePython('msal')
  at = await startTlsTenant({ redirectUris: [redirectUri] })
})
afterAll(() => at?.end())

/** Signs a user in with the client. @returns the result */
async function signIn(person: Person): Promise<unknown> {
  const program = join(import.meta.dirname, 'msal-python.py')
  const client = startClient(python, [program], {
    REQUESTS_CA_BUNDLE: at.certificates.authorityFile,
  })
  try {
    const { clientId, clientSecret } = at.client
    const { authority, tenant } = at
    const graph = tenant.graphUrl
    const start = { clientId, clientSecret, authority, graph, redirectUri }
    const { url } = (await client.ask(start)) as { url: string }
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256')
    const back = await signInWith(person, url)
    return await client.ask(Object.fromEntries(back.searchParams))
  } finally {
    await client.end()
  }
}

describe('MSAL for Python, as Debian has it', () => {
  it('signs a user in, refreshes, asks Graph and forgets the user', async () => {
    const person = personOf(at, 3)
    const { id, displayName: name, userPrincipalName: username } = person.user
    expect(await signIn(person)).toMatchObject({
      claims: { iss: at.issuer, aud: at.client.clientId, oid: id, name },
      account: { home_account_id: `${id}.${at.tenant.tenantId}`, username },
      fromCache: true,
      isFresh: true,
      graph: [id, id, id],
      left: [],
    })
  })

  it('refuses an answer with another state, and an ID token with another nonce', async () => {
    const person = personOf(at, 4)
    at.tenant.faults.set({
      at: 'authorize',
      kind: 'authorizeResponse',
      times: 1,
      patch: { state: 'another' },
    })
    await expect(signIn(person)).rejects.toThrow('state mismatch')
    at.tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, claims: { nonce: 'another' } })
    await expect(signIn(person)).rejects.toThrow('nonce')
  })
})
