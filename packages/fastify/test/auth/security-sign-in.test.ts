import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { callbackAt } from '../support/callback-at.ts'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { holdLock } from '@gatehouse/test-support/lock-holder'
import { expectRefusedLink } from '../support/expect-refused-link.ts'
import { openSocket } from '../support/raw-exchange.ts'
import { startsSession } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const idleMinutes = 30
const gatehouse = useTestApp({
  config: { session: { idleMinutes, absoluteMinutes: 60 } },
  oneClock: true,
})

describe('a person who closes the tab during the callback', () => {
  it('leaves no session, and lands on the page when it is loaded again', async () => {
    const { tenant, origin, logs, stored } = gatehouse()
    const { browser, query, send } = await callbackAt(gatehouse())
    const cookie = await browser.cookieHeader()
    tenant.faults.set({ at: 'token', times: 1, kind: 'delay', ms: 150 })
    const socket = await openSocket(origin)
    socket.write(
      `GET /auth/redirect?${query.toString()} HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`,
    )
    await expect.poll(() => tokenRequests(tenant).length).toBe(1)
    socket.destroy()
    await expect
      .poll(() => logs.some((line) => line.includes('"check":"browser_gone"')), { timeout: 2000 })
      .toBe(true)

    // No session without a browser that could use it; the code is spent.
    expect(await stored.records()).toEqual([])
    const again = await send()
    expect([startsSession(again), again.status]).toEqual([false, 303])
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
    expect(tokenRequests(tenant)).toHaveLength(1)
    // It has begun once more, and leads to the page of the first attempt.
    expect((await browser.get(await browser.callbackFrom(again.location))).location).toBe('/users')
    expect((await browser.get('/api/me')).status).toBe(200)
    expect(await stored.records()).toHaveLength(1)
  })

  it('leaves no session if that is while the store waits for a lock', async () => {
    const { dataDir, logs, origin, stored, tenant } = gatehouse()
    const { browser, query } = await callbackAt(gatehouse())
    const others = (await stored.records()).length
    const asked = tokenRequests(tenant).length
    tenant.faults.set({ at: 'token', times: 1, kind: 'delay', ms: 1000 })
    const socket = await openSocket(origin)
    socket.write(
      `GET /auth/redirect?${query.toString()} HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${await browser.cookieHeader()}\r\n\r\n`,
    )
    await expect.poll(() => tokenRequests(tenant).length).toBe(asked + 1)
    const release = await holdLock(join(dataDir, 'sessions.sqlite'))
    await sleep(1200)
    socket.destroy()
    await sleep(100)
    await release()
    await expect
      .poll(() => logs.some((line) => line.includes('"event":"session_not_delivered"')))
      .toBe(true)
    await expect.poll(async () => (await stored.records()).length).toBe(others)
  })

  it('again and again delays no other sign-in', async () => {
    const { origin, tenant } = gatehouse()
    tenant.faults.set({ at: 'token', kind: 'delay', ms: 50 })
    for (let turn = 0; turn < 10; turn += 1) {
      const { browser, query } = await callbackAt(gatehouse())
      const socket = await openSocket(origin)
      socket.write(
        `GET /auth/redirect?${query.toString()} HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${await browser.cookieHeader()}\r\n\r\n`,
      )
      await sleep(20)
      socket.destroy()
    }
    tenant.faults.clear()
    expect((await gatehouse().browser().signIn()).location).toBe('/')
  })
})

describe('after a sign-out', () => {
  it('a sign-in may be silent, and asks for the account picker if told to', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    await browser.post('/auth/sign-out')
    const plain = new URL(await browser.startSignIn())
    expect(plain.searchParams.has('prompt')).toBe(false)
    const { location } = await browser.get('/auth/sign-in?prompt=select_account')
    expect(new URL(location).searchParams.getAll('prompt')).toEqual(['select_account'])
  })

  it.each(['None', 'login', 'consent', 'select_account login', ''])(
    'a sign-in link cannot choose another prompt: "%s"',
    async (prompt) => {
      const browser = gatehouse().browser()
      const answer = await browser.get(`/auth/sign-in?prompt=${encodeURIComponent(prompt)}`)
      expectRefusedLink(answer, 'invalid_link')
      expect(answer.setCookies).toEqual([])
    },
  )
})

describe('a back-channel call', () => {
  it.each(['/auth/backchannel-logout', '/auth/backchannel_logout', '/signout-oidc'])(
    'is 404 at %s, and ends nothing',
    async (path) => {
      const browser = gatehouse().browser()
      await browser.signIn()
      for (const headers of [{}, { 'x-csrf': '1' }]) {
        const answer = await browser.send(path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{"logout_token":"eyJhbGciOiJub25lIn0.e30."}',
        })
        expectProblem(answer, 404, 'not_found')
      }
      expect((await browser.get('/api/me')).status).toBe(200)
    },
  )

  it('is 404 as a form, too', async () => {
    const answer = await gatehouse()
      .browser()
      .send('/auth/backchannel-logout', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'logout_token=eyJhbGciOiJub25lIn0.e30.',
      })
    expectProblem(answer, 404, 'not_found')
    expect(answer.text).not.toMatch(/eyJ[\w-]{10}/)
  })
})
