import { describe, expect, it } from 'vitest'
import type { Answer } from '@gatehouse/tenant/testing'
import { expectSafeHeaders } from '@gatehouse/test-support/expect-problem'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { sessionCount } from '../support/store-file.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function locationIn(answer: Answer): URL {
  const { location, ...more } = answer.json() as { location: string }
  expect(more).toEqual({})
  return new URL(location, gatehouse().publicUrl)
}

describe('signing out', () => {
  it('deletes the record, clears the cookie, and says where Microsoft’s session ends', async () => {
    const browser = await gatehouse().signedIn()
    const before = sessionCount(gatehouse())
    const answer = await browser.post('/auth/sign-out')
    expect(answer.status).toBe(200)
    expectSafeHeaders(answer)
    expect(sessionCount(gatehouse())).toBe(before - 1)
    expect(answer.setCookies).toEqual(['session-5173=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'])
    expect(await browser.cookieHeader()).toBe('')
    const url = locationIn(answer)
    const { tenant } = gatehouse()
    expect(`${url.origin}${url.pathname}`).toBe(
      `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/logout`,
    )
    const target = url.searchParams.get('post_logout_redirect_uri')
    expect(target).toBe('http://localhost:5173/signed-out')
    const left = await fetch(url, { redirect: 'manual' })
    expect([left.status, left.headers.get('location')]).toEqual([302, target])
  })

  it('names the person to Microsoft by the login_hint claim, and sends no token', async () => {
    const browser = await gatehouse().signedIn()
    const { claims } = (await browser.get('/api/claims')).json() as {
      claims: { login_hint: string }
    }
    const url = locationIn(await browser.post('/auth/sign-out'))
    expect(url.searchParams.get('logout_hint')).toBe(claims.login_hint)
    expect([...url.searchParams.keys()].toSorted()).toEqual([
      'logout_hint',
      'post_logout_redirect_uri',
    ])
    expect(url.href).not.toMatch(/%40|@|eyJ/)
  })

  it('sends no Clear-Site-Data: it would block the browser, and clear what is not this session’s', async () => {
    const answer = await (await gatehouse().signedIn()).post('/auth/sign-out')
    expect(answer.headers).not.toHaveProperty('clear-site-data')
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('gives the same answer twice, without a session, and with a junk cookie', async () => {
    const browser = await gatehouse().signedIn()
    const kept = await browser.cookieHeader()
    const headers = { 'x-csrf': '1' }
    for (const cookie of [kept, kept, '', 'session-5173=junk']) {
      const answer = await browser.send('/auth/sign-out', { method: 'POST', headers, cookie })
      expect(answer.status).toBe(200)
      expect(locationIn(answer).pathname).toMatch(/\/logout$/)
    }
  })

  it('leaves another browser of the same person signed in', async () => {
    const [one, other] = [await gatehouse().signedIn(), await gatehouse().signedIn()]
    await one.post('/auth/sign-out')
    expect((await other.get('/api/me')).status).toBe(200)
  })

  it('ends the session for every request under way and for a copied cookie', async () => {
    const browser = await gatehouse().signedIn()
    const cookie = await browser.cookieHeader()
    const [answer] = await Promise.all([
      browser.post('/auth/sign-out'),
      ...Array.from({ length: 10 }, () => browser.send('/api/me', { cookie })),
    ])
    expect(answer?.status).toBe(200)
    await gatehouse().restart()
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(401)
  })

  it.each([
    ['/auth/sign-out?returnTo=//evil.test', undefined],
    ['/auth/sign-out?post_logout_redirect_uri=https://evil.test', undefined],
    [
      '/auth/sign-out',
      JSON.stringify({ returnTo: '//evil.test', post_logout_redirect_uri: 'https://evil.test' }),
    ],
  ])('leads to no other site: %s %s', async (path, body) => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.send(path, {
      method: 'POST',
      headers: { 'x-csrf': '1', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
    })
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('evil')
  })
})

describe('signing out while the tenant is down', () => {
  it('ends the session, and says that Microsoft’s may remain if its address is unknown', async () => {
    const app = await startGatehouse()
    try {
      const browser = app.browser()
      await browser.signIn()
      const kept = await browser.cookieHeader()
      await app.tenant.close()
      await app.restart()
      const after = app.browser()
      const sent = { method: 'POST', headers: { 'x-csrf': '1' }, cookie: kept } as const
      const answer = await after.send('/auth/sign-out', sent)
      expect([answer.status, answer.json()]).toEqual([200, { location: '/signed-out?local=1' }])
      expect((await after.send('/api/me', { cookie: kept })).status).toBe(401)
      expect(sessionCount(app)).toBe(0)
    } finally {
      await app.close()
    }
  })

  it('still knows where Microsoft’s session ends if the tenant had answered before', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().tenant.faults.set({ at: 'discovery', kind: 'reset' })
    gatehouse().advance(2 * 24 * 60 * 60_000)
    const url = locationIn(await browser.post('/auth/sign-out'))
    expect(url.origin).toBe(gatehouse().tenant.origin)
  })
})
