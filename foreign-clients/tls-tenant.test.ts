import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTlsTenant, type TlsTenant } from './tls-tenant.ts'

const redirectUri = 'http://localhost:6176/auth/redirect'

let at: TlsTenant
beforeAll(async () => {
  at = await startTlsTenant({ web: { redirectUris: [redirectUri] } })
})
afterAll(() => at?.end())

/** Posts the sign-in page's form, as a browser does. */
async function postForm(origin: string): Promise<number> {
  const query = new URLSearchParams({
    client_id: at.client.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
  })
  const answer = await fetch(`${at.authority}/oauth2/v2.0/authorize?${query.toString()}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin },
    body: new URLSearchParams({ q: '' }),
  })
  return answer.status
}

describe('the tenant behind TLS', () => {
  it('spells https in its documents', async () => {
    const answer = await fetch(`${at.issuer}/.well-known/openid-configuration`)
    const document = (await answer.json()) as Record<string, unknown>
    expect(document['issuer']).toBe(at.issuer)
    const addresses = Object.entries(document)
      .filter(([name]) => /_(?:endpoint|uri)$/.test(name))
      .map(([, value]) => String(value))
    expect(addresses.length).toBeGreaterThan(3)
    expect(addresses.filter((address) => !address.startsWith(at.tenant.origin))).toEqual([])
  })

  it('accepts the forms of its own pages only', async () => {
    expect(await postForm(at.tenant.origin)).toBe(200)
    expect(await postForm('https://another.example')).toBe(403)
  })
})
