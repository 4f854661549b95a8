import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { storeKinds } from '@gatehouse/test-support/tier'
import { expectEnded, twoInstances } from '../support/two-instances.ts'

/** The address that Entra calls for one of its sessions. */
function logoutPath(sid: unknown): string {
  return `/auth/front-channel-logout?sid=${String(sid)}`
}

async function sidOf(browser: Browser): Promise<unknown> {
  const { claims } = (await browser.get('/api/claims')).json() as { claims: { sid: unknown } }
  return claims.sid
}

async function discoveryDocument({ tenant }: Gatehouse): Promise<unknown> {
  const { authority, tenantId } = tenant
  const answer = await fetch(`${authority}/${tenantId}/v2.0/.well-known/openid-configuration`)
  return answer.json()
}

describe.each(storeKinds)('on %s, a front-channel call', (store) => {
  const { gatehouse, remote, freshUser, signedIn } = twoInstances(store)

  it('ends exactly the sessions of that Entra session, in all tabs', async () => {
    const user = freshUser()
    const [one, oneAway] = await signedIn(user)
    const [two, twoAway] = await signedIn(user)
    expect(await sidOf(one)).not.toBe(await sidOf(two))
    const answer = await remote()
      .browser()
      .get(logoutPath(await sidOf(one)))
    expect([answer.status, answer.text, answer.setCookies]).toEqual([200, '', []])
    await expectEnded(one)
    await expectEnded(oneAway)
    for (const browser of [two, twoAway]) expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('may be framed by the authority only, and looks the same for an unknown session', async () => {
    const [local] = await signedIn()
    const [known, unknown] = [
      await local.get(logoutPath(await sidOf(local))),
      await local.get(logoutPath('1b4e28ba-2fa1-4d3e-883f-0016d3cca427')),
    ]
    for (const { status, text, headers } of [known, unknown]) {
      expect([status, text]).toEqual([200, ''])
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; frame-ancestors ${gatehouse().tenant.authority}`,
      )
      expect(headers).not.toHaveProperty('x-frame-options')
      expect(headers['cache-control']).toBe('no-store')
    }
  })

  it('reads its session and its issuer, and nothing else that Entra may add', async () => {
    const { issuer } = (await discoveryDocument(gatehouse())) as { issuer: string }
    const [local, away] = await signedIn()
    const query = new URLSearchParams({ sid: String(await sidOf(local)), iss: issuer, all: 'true' })
    const answer = await local.get(`/auth/front-channel-logout?${query.toString()}&x=1&x=2`)
    expect([answer.status, answer.text]).toEqual([200, ''])
    await expectEnded(local)
    await expectEnded(away)
  })

  it.each([
    ['twice', '?sid=a&sid=b'],
    ['as a list', '?sid[]=a'],
    ['far too long', `?sid=${'a'.repeat(10_240)}`],
    ['a star', '?sid=*'],
    ['a pattern of Redis', '?sid=gatehouse:*'],
    ['with a line break', '?sid=a%0d%0aFLUSHALL'],
    ['with a null byte', '?sid=a%00'],
    ['empty', '?sid='],
    ['missing', ''],
    ['with another issuer', '?sid=a&iss=https://evil.test'],
    ['with two issuers', '?sid=a&iss=https://evil.test&iss=https://evil.test'],
  ])('that names its session %s is 400, and ends nothing', async (_how, query) => {
    const [local] = await signedIn()
    const before = (await gatehouse().stored.records()).length
    const answer = await local.get(`/auth/front-channel-logout${query}`)
    expectProblem(answer, 400, 'invalid_request')
    expect(await gatehouse().stored.records()).toHaveLength(before)
    expect((await local.get('/api/me')).status).toBe(200)
  })
})
