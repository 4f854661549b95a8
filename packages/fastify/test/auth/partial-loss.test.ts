import type { OwnSessions } from '@gatehouse/contract/sessions'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'

describe.each(storeKinds)('on %s, a loss of part of the store', (store) => {
  const gatehouse = useTestApp({ store })

  const signedIn = async (place: number) => {
    const browser = gatehouse().browser()
    await browser.signIn({ user: people(gatehouse().tenant).at(place).userPrincipalName })
    expect((await browser.get('/api/me')).status).toBe(200)
    return browser
  }

  it('leaves a session without its record at 401, able to sign out, and in no list', async () => {
    const [gone, left] = [await signedIn(1), await signedIn(1)]
    const [first] = (await gatehouse().stored.records()).toSorted(
      (a, b) => a.expiresAt - b.expiresAt,
    )
    await gatehouse().stored.remove(first?.id ?? '')
    await expect.poll(async () => (await gone.get('/api/me')).status, { timeout: 500 }).toBe(401)
    expectProblem(await gone.get('/api/users'), 401, 'sign_in_required')
    expect((await gone.post('/auth/sign-out')).status).toBe(200)
    const { sessions } = (await left.get('/api/sessions')).json() as OwnSessions
    expect(sessions.map(({ current }) => current)).toEqual([true])
    expect((await gone.signIn()).location).toBe('/')
  })

  it('leaves a session without its index usable and able to sign out', async () => {
    const browser = await signedIn(2)
    const kept = await browser.cookieHeader()
    await gatehouse().stored.removeIndexes()
    expect((await browser.get('/api/me')).status).toBe(200)
    expect((await browser.get('/api/sessions')).json()).toEqual({ sessions: [] })
    const { claims } = (await browser.get('/api/claims')).json() as { claims: { sid: string } }
    const call = await browser.get(`/auth/front-channel-logout?sid=${claims.sid}`)
    expect(call.status).toBe(200)
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
    const after = await gatehouse().browser().send('/api/me', { cookie: kept })
    expectProblem(after, 401, 'sign_in_required')
  })

  it('brings no ended session back after a restart', async () => {
    const [ended, going] = [await signedIn(3), await signedIn(4)]
    const cookie = await ended.cookieHeader()
    const other = await going.cookieHeader()
    await ended.post('/auth/sign-out')
    await gatehouse().restart()
    const after = gatehouse().browser()
    expect((await after.send('/api/me', { cookie })).status).toBe(401)
    expect((await after.send('/api/me', { cookie: other })).status).toBe(200)
  })
})
