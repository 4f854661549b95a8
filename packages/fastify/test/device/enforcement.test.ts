/** What a bound session's cookie is worth without a proof of the device: nothing, and the session goes on. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '@gatehouse/contract/problem'
import type { Session } from '@gatehouse/contract/session'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import {
  bindSession,
  boundGatehouse,
  deviceCookie,
  loggedEvents,
  offerTo,
  register,
  sessionCookieAlone,
} from '../support/bound-session.ts'
import { createDevice } from '../support/device.ts'

const minute = 60_000
const change = { 'x-csrf': '1' }

describe.each(storeKinds)('without a proof of its device, a bound session, on %s', (store) => {
  const gatehouse = useTestApp(
    boundGatehouse(
      {},
      {
        store,
        extend: (app) =>
          void app.register(async (scope) => {
            const onRequest = [scope.requireSignIn, scope.requireStepUp('c1')]
            scope.get('/api/step-up', { onRequest }, async () => ({}))
          }),
      },
    ),
  )
  const bind = () => bindSession(gatehouse().browser())

  it.each(['/api/me', '/api/claims', '/api/users', '/api/sessions', '/api/organisation'])(
    'gives nothing at %s: 401 with a code of its own, and no cookie is touched',
    async (path) => {
      const { browser } = await bind()
      const cookie = await sessionCookieAlone(browser)
      const answer = await browser.send(path, { cookie })
      expectProblem(answer, 401, 'device_proof_required')
      expect(answer.setCookies).toEqual([])
      expect((await browser.get(path)).status).toBe(200)
    },
  )

  it('is not told by /api/session, whose answer is 200 as ever, and neither ends nor loses its cookie', async () => {
    const { browser } = await bind()
    const cookie = await sessionCookieAlone(browser)
    const answer = await browser.send('/api/session', { cookie })
    expect(answer.status).toBe(200)
    const session = answer.json() as Session
    expect(session).toEqual({
      signedIn: false,
      deviceProof: 'missing',
      development: false,
      now: session.now,
    })
    expect(answer.setCookies).toEqual([])
    expect(answer.headers).not.toHaveProperty('secure-session-registration')
  })

  it('is not extended', async () => {
    const { browser } = await bind()
    const cookie = await sessionCookieAlone(browser)
    const answer = await browser.send('/api/session/extend', {
      method: 'POST',
      headers: change,
      cookie,
    })
    expectProblem(answer, 401, 'device_proof_required')
    expect((await browser.post('/api/session/extend')).status).toBe(200)
  })

  it('can be signed out, which gives no hint of its user', async () => {
    const { browser } = await bind()
    const cookie = await sessionCookieAlone(browser)
    const answer = await browser.send('/auth/sign-out', {
      method: 'POST',
      headers: change,
      cookie,
    })
    expect(answer.status).toBe(200)
    expect((answer.json() as { location: string }).location).not.toContain('logout_hint')
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
  })

  it('does not say at a sign-in what Microsoft wanted of its user, nor who that is', async () => {
    const { browser } = await bind()
    const { signInUrl = '' } = (await browser.get('/api/step-up')).json() as Problem
    const hint = async (cookie?: string) => {
      const answer = await browser.send(signInUrl, cookie === undefined ? {} : { cookie })
      return new URL(answer.location).searchParams.has('login_hint')
    }
    expect(await hint()).toBe(true)
    expect(await hint(await sessionCookieAlone(browser))).toBe(false)
  })

  it('is not ended by a callback: a navigation from another site brings no proof', async () => {
    const { browser } = await bind()
    const proof = await browser.cookieHeader()
    const callback = await browser.callbackFrom(await browser.startSignIn())
    const attempts = (await browser.cookieHeader())
      .split('; ')
      .filter((pair) => !pair.startsWith(deviceCookie))
    await browser.send(callback, { cookie: attempts.join('; ') })
    expect((await browser.send('/api/me', { cookie: proof })).status).toBe(200)
  })

  it('is ended by a callback with a proof, as any earlier session', async () => {
    const { browser } = await bind()
    const proof = await browser.cookieHeader()
    const { setCookies } = await browser.signIn()
    expect(setCookies).toContainEqual(expect.stringMatching(/^__Host-device=; Max-Age=0;/))
    expect((await browser.get('/api/me')).status).toBe(200)
    expectProblem(await browser.send('/api/me', { cookie: proof }), 401, 'sign_in_required')
  })

  it('is worth nothing with the proof of another session, which is taken away: the browser gives its own', async () => {
    const { browser } = await bind()
    const { browser: other } = await bind()
    const cookie = `${await sessionCookieAlone(browser)}; ${deviceCookie}=${await other.cookie(deviceCookie)}`
    const refused = await browser.send('/api/me', { cookie })
    expectProblem(refused, 401, 'device_proof_required')
    const session = await browser.send('/api/session', { cookie })
    for (const { setCookies } of [refused, session]) {
      expect(setCookies).toEqual([expect.stringMatching(/^__Host-device=; Max-Age=0;/)])
    }
    expect((await other.get('/api/me')).status).toBe(200)
  })

  it('is worth nothing with the proof of another session, not even by the same key', async () => {
    const { browser, device } = await bind()
    const other = gatehouse().browser()
    await other.signIn()
    const { challenge, authorization } = await offerTo(other)
    expect((await register(other, device.register(challenge, authorization))).status).toBe(200)
    const cookie = `${await sessionCookieAlone(browser)}; ${deviceCookie}=${await other.cookie(deviceCookie)}`
    expectProblem(await browser.send('/api/me', { cookie }), 401, 'device_proof_required')
  })

  it('loses a proof that does not count, so that its browser gives another one', async () => {
    const { browser } = await bind()
    const cookie = await browser.cookieHeader()
    gatehouse().advance(5 * minute)
    for (const path of ['/api/me', '/api/session']) {
      const answer = await browser.send(path, { cookie })
      expect(answer.setCookies).toEqual([
        '__Host-device=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
      ])
    }
  })

  it('is served once it is switched off', async () => {
    const { browser } = await bind()
    const cookie = await sessionCookieAlone(browser)
    const { AAD_CONFIG: path = '' } = gatehouse().environment
    const file = JSON.parse(readFileSync(path, 'utf8')) as { session: object }
    const session = { ...file.session, deviceBound: 'off' }
    const changed = join(gatehouse().dataDir, 'off.json')
    writeFileSync(changed, JSON.stringify({ ...file, session }))
    await gatehouse().restart({ AAD_CONFIG: changed })
    gatehouse().advance(2 * minute)
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(200)
    await gatehouse().restart({ AAD_CONFIG: path })
  })

  it('is worth nothing once the proof is over, to the second', async () => {
    const { browser } = await bind()
    const cookie = await browser.cookieHeader()
    gatehouse().advance(5 * minute - 2000)
    expect((await browser.send('/api/me', { cookie })).status).toBe(200)
    gatehouse().advance(2000)
    expectProblem(await browser.send('/api/me', { cookie }), 401, 'device_proof_required')
  })

  it.each(['', 'made-up', 'x'.repeat(300)])('is worth nothing with the proof %j', async (value) => {
    const { browser } = await bind()
    const own = await browser.cookieHeader()
    const cookie = `${await sessionCookieAlone(browser)}; ${deviceCookie}=${value}`
    expectProblem(await browser.send('/api/me', { cookie }), 401, 'device_proof_required')
    expect((await browser.send('/api/me', { cookie: own })).status).toBe(200)
  })

  it('is not believed what a request says of a refresh that failed', async () => {
    const { browser, name } = await bind()
    const cookie = await sessionCookieAlone(browser)
    for (const reason of ['unreachable', 'server_error', 'quota_exceeded']) {
      const headers = { 'secure-session-skipped': `${reason};session_identifier="${name}"` }
      const answer = await browser.send('/api/me', { cookie, headers })
      expectProblem(answer, 401, 'device_proof_required')
      expect(answer.setCookies).toEqual([])
      expect(loggedEvents(gatehouse(), 'device_proof_missing').at(-1)).toMatchObject({ reason })
    }
  })

  it('accepts the proof of an instance whose clock is some seconds ahead, and of none that is hours ahead', async () => {
    const { browser } = await bind()
    const cookie = await browser.cookieHeader()
    gatehouse().advance(-50_000)
    expect((await browser.send('/api/me', { cookie })).status).toBe(200)
    gatehouse().advance(-3 * 60 * minute)
    expectProblem(await browser.send('/api/me', { cookie }), 401, 'device_proof_required')
    gatehouse().advance(3 * 60 * minute + 50_000)
  })

  it('needs none for a minute after this process has started, if it was bound before', async () => {
    const { browser } = await bind()
    const cookie = await sessionCookieAlone(browser)
    gatehouse().advance(1000)
    await gatehouse().restart()
    const restarted = gatehouse().browser()
    expect((await restarted.send('/api/me', { cookie })).status).toBe(200)
    const { browser: later } = await bindSession(gatehouse().browser())
    const stolen = await sessionCookieAlone(later)
    expectProblem(await restarted.send('/api/me', { cookie: stolen }), 401, 'device_proof_required')
    gatehouse().advance(minute)
    expectProblem(await restarted.send('/api/me', { cookie }), 401, 'device_proof_required')
  })
})

describe('a start of this process', () => {
  const gatehouse = useTestApp(boundGatehouse())

  it('excuses no browser that has shown a proof since', async () => {
    const { browser } = await bindSession(gatehouse().browser())
    const [cookie, proven] = [await sessionCookieAlone(browser), await browser.cookieHeader()]
    gatehouse().advance(1000)
    await gatehouse().restart()
    const restarted = gatehouse().browser()
    expect((await restarted.send('/api/me', { cookie })).status).toBe(200)
    expect((await restarted.send('/api/me', { cookie: proven })).status).toBe(200)
    expectProblem(await restarted.send('/api/me', { cookie }), 401, 'device_proof_required')
  })
})

describe('where sessions have to be bound', () => {
  const gatehouse = useTestApp(boundGatehouse({ deviceBound: 'required' }))

  it('one that is not makes requests for a minute, while its page binds it', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    expect((await browser.get('/api/me')).status).toBe(200)
    gatehouse().advance(minute)
    const problem = expectProblem(await browser.get('/api/me'), 401, 'device_proof_required')
    expect(problem.detail).toContain('browser')
    expect((await browser.get('/api/session')).json()).toMatchObject({
      signedIn: false,
      deviceProof: 'unsupported',
    })
  })

  it('one that is not can still be bound while it is young', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    gatehouse().advance(2 * minute)
    const { challenge, authorization } = await offerTo(browser)
    await register(browser, createDevice().register(challenge, authorization))
    expect((await browser.get('/api/me')).status).toBe(200)
  })
})

describe('a page that is opened without a proof', () => {
  const html = `<html lang="en"><head><link rel="preload" href="/api/session" as="fetch" crossorigin="anonymous" /></head><body>
<script id="session-answer" type="application/json"></script>
<script id="first-answers" type="application/json"></script></body></html>`
  const built = { root: import.meta.dirname, html, headers: {} }
  const gatehouse = useTestApp(boundGatehouse({}, { built }))
  const visit = {
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  }

  it('says that the session can be bound, which a request of the page then offers', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const page = await browser.get('/', { ...visit, 'sec-fetch-site': 'none' })
    expect(page.text).toContain('"deviceOffer":true')
    expect(page.headers).not.toHaveProperty('secure-session-registration')
    expect(await offerTo(browser)).toMatchObject({ path: '/auth/device' })
  })

  it('is the page alone: it asks by itself, and its browser proves the device first', async () => {
    const { browser } = await bindSession(gatehouse().browser())
    const proven = await browser.get('/', { ...visit, 'sec-fetch-site': 'none' })
    expect(proven.text).toContain('"signedIn":true')
    expect(proven.text).not.toContain('deviceOffer')
    const cookie = await sessionCookieAlone(browser)
    const headers = { ...visit, 'sec-fetch-site': 'cross-site' }
    const page = await browser.send('/', { headers, cookie })
    expect([page.status, page.text]).toEqual([200, html])
    expect(page.setCookies).toEqual([])
  })
})
