/** Binding a session to a key: offered on https while the session is young, once, by a sound proof. */
import type { Session } from '@gatehouse/contract/session'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import {
  ask,
  bindSession,
  boundGatehouse,
  deviceCookie,
  loggedEvents,
  offerIn,
  offerTo,
  register,
  registrationPath,
  sessionCookieAlone,
} from '../support/bound-session.ts'
import { createDevice } from '../support/device.ts'

const minute = 60_000

describe.each(storeKinds)('binding a session, on %s', (store) => {
  const gatehouse = useTestApp(boundGatehouse({}, { store }))

  const refusals = () =>
    loggedEvents(gatehouse(), 'device_registration_refused').map(({ reason }) => reason)

  it('is offered by /api/session, and answered with the session’s name, its scope and a short-lived cookie', async () => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/api/session')
    expect(answer.json()).toMatchObject({ signedIn: true, deviceBound: false, deviceOffer: true })
    const { path, challenge, authorization } = offerIn(answer)
    expect(path).toBe(registrationPath)
    const device = createDevice()
    const bound = await register(browser, device.register(challenge, authorization))
    expect(bound.status).toBe(200)
    expect(bound.json()).toEqual({
      session_identifier: expect.stringMatching(/^[\w-]{100,400}\.[\w-]{32}$/) as unknown,
      refresh_url: '/auth/device/refresh',
      scope: {
        include_site: false,
        scope_specification: [{ type: 'exclude', domain: '*', path: '/assets' }],
      },
      credentials: [
        {
          type: 'cookie',
          name: deviceCookie,
          attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax',
        },
      ],
    })
    expect(bound.setCookies).toEqual([
      expect.stringMatching(
        /^__Host-device=[\w.-]{100,400}; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect((await browser.get('/api/me')).status).toBe(200)
    const session = (await browser.get('/api/session')).json() as Session
    expect(session).toMatchObject({ signedIn: true, deviceBound: true })
    expect(session).not.toHaveProperty('deviceOffer')
  })

  it('is offered three times a minute, because a browser answers each offer with a new key', async () => {
    const browser = await gatehouse().signedIn()
    const isOffered = async () => {
      const { headers, json } = await browser.get('/api/session')
      const { deviceOffer = false } = json() as { deviceOffer?: true }
      expect('secure-session-registration' in headers).toBe(deviceOffer)
      return deviceOffer
    }
    for (const expected of [true, true, true, false, false])
      expect(await isOffered()).toBe(expected)
    gatehouse().advance(minute)
    expect(await isOffered()).toBe(true)
  })

  it('is not offered to a session that is not young any more', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().advance(10 * minute + 1000)
    const answer = await browser.get('/api/session')
    expect(answer.headers).not.toHaveProperty('secure-session-registration')
    expect(answer.json()).not.toHaveProperty('deviceOffer')
  })

  it('is not offered by the callback, whose registration would come without the session’s cookie', async () => {
    const answer = await gatehouse().browser().signIn()
    expect(answer.headers).not.toHaveProperty('secure-session-registration')
  })

  it('happens once: neither the same key nor another one is taken a second time', async () => {
    const browser = await gatehouse().signedIn()
    const first = await offerTo(browser)
    const second = await offerTo(browser)
    const device = createDevice()
    await register(browser, device.register(first.challenge, first.authorization))
    for (const key of [device, createDevice()]) {
      const proof = key.register(second.challenge, second.authorization)
      expectProblem(await register(browser, proof), 409, 'conflict')
    }
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('goes to one of two that come at the same moment, and the session stays with that key', async () => {
    const browser = await gatehouse().signedIn()
    const first = await offerTo(browser)
    const second = await offerTo(browser)
    const answers = await Promise.all(
      [first, second].map(({ challenge, authorization }) =>
        register(browser, createDevice().register(challenge, authorization)),
      ),
    )
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409'])
  })

  it('does not take a proof twice', async () => {
    const browser = await gatehouse().signedIn()
    const { challenge, authorization } = await offerTo(browser)
    const proof = createDevice().register(challenge, authorization)
    const answers = await Promise.all([register(browser, proof), register(browser, proof)])
    expect(answers.map(({ status }) => String(status)).toSorted()).not.toEqual(['200', '200'])
  })

  it('needs the session’s cookie', async () => {
    const browser = await gatehouse().signedIn()
    const { challenge, authorization } = await offerTo(browser)
    const proof = createDevice().register(challenge, authorization)
    const answer = await ask(browser, registrationPath, { 'secure-session-response': proof }, '')
    expectProblem(answer, 401, 'sign_in_required')
    expect((await browser.get('/api/session')).json()).toMatchObject({ deviceBound: false })
  })

  it('is refused once the session is not young, also by a challenge that is', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().advance(9 * minute)
    const { challenge, authorization } = await offerTo(browser)
    gatehouse().advance(2 * minute)
    const proof = createDevice().register(challenge, authorization)
    expectProblem(await register(browser, proof), 400, 'invalid_request')
    expect(refusals().at(-1)).toBe('too_late')
  })

  it.each<[string, string, (own: string, other: string) => Promise<string> | string]>([
    ['a challenge that nobody gave', 'wrong_challenge', () => 'made-up'],
    ['the challenge of another session', 'wrong_challenge', (_own, other) => other],
  ])('is refused for %s', async (_what, reason, choose) => {
    const browser = await gatehouse().signedIn()
    const own = await offerTo(browser)
    const other = await offerTo(await gatehouse().signedIn())
    const challenge = await choose(own.challenge, other.challenge)
    const answer = await register(browser, createDevice().register(challenge, own.authorization))
    expectProblem(answer, 400, 'invalid_request')
    expect(answer.setCookies).toEqual([])
    expect(refusals().at(-1)).toBe(reason)
    expect((await browser.get('/api/session')).json()).toMatchObject({ deviceBound: false })
  })

  it('is refused for a challenge of more than five minutes', async () => {
    const browser = await gatehouse().signedIn()
    const { challenge, authorization } = await offerTo(browser)
    gatehouse().advance(5 * minute + 1000)
    const answer = await register(browser, createDevice().register(challenge, authorization))
    expectProblem(answer, 400, 'invalid_request')
    expect(refusals().at(-1)).toBe('wrong_challenge')
  })

  it('is refused for the authorization of another offer, or none', async () => {
    const browser = await gatehouse().signedIn()
    const first = await offerTo(browser)
    const second = await offerTo(browser)
    for (const authorization of [second.authorization, undefined]) {
      const answer = await register(
        browser,
        createDevice().register(first.challenge, authorization),
      )
      expectProblem(answer, 400, 'invalid_request')
      expect(refusals().at(-1)).toBe('wrong_claims')
    }
  })

  it('is refused for a challenge of a refresh', async () => {
    const bound = await bindSession(gatehouse().browser())
    const challenge = await bound.askForChallenge()
    const browser = await gatehouse().signedIn()
    const answer = await register(browser, createDevice().register(challenge, ''))
    expectProblem(answer, 400, 'invalid_request')
    expect(answer.setCookies).toEqual([])
  })

  it('never shows key, challenge or cookie in the log', async () => {
    const { browser, device, name } = await bindSession(gatehouse().browser())
    await register(browser, device.register('made-up'))
    const log = gatehouse().logs.join('')
    for (const secret of [device.jwk.x, name, await browser.cookie(deviceCookie)]) {
      expect(log).not.toContain(secret)
    }
  })

  it('can be asked for by Chrome, with and without the headers of later versions, and by no page of another site', async () => {
    const later = {
      origin: 'https://app.example.test',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'empty',
    }
    for (const headers of [later, {}]) {
      const browser = await gatehouse().signedIn()
      const { challenge, authorization } = await offerTo(browser)
      const proof = createDevice().register(challenge, authorization)
      const asked = { ...headers, 'secure-session-response': proof }
      expect((await ask(browser, registrationPath, asked)).status).toBe(200)
    }
    const browser = await gatehouse().signedIn()
    const { challenge, authorization } = await offerTo(browser)
    const proof = createDevice().register(challenge, authorization)
    for (const headers of [
      { ...later, origin: 'https://evil.example' },
      { ...later, 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
    ]) {
      const asked = { ...headers, 'secure-session-response': proof }
      expectProblem(await ask(browser, registrationPath, asked), 403, 'cross_site')
    }
    expectProblem(await ask(browser, registrationPath, {}), 403, 'cross_site')
  })

  it('leaves a session that never registered as it was, for scripts as well', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().advance(60 * minute)
    const cookie = await sessionCookieAlone(browser)
    expect((await browser.send('/api/me', { cookie })).status).toBe(200)
  })
})

describe('where an address may sign in three times a minute', () => {
  const rateLimits = { perAddress: 3, perSession: 1200 }
  const gatehouse = useTestApp(boundGatehouse({}, { config: { rateLimits } }))

  it('so many sessions are bound as well: a key counts as no sign-in', async () => {
    for (let count = 0; count < 3; count += 1) await bindSession(gatehouse().browser())
    await expect(gatehouse().browser().signIn()).rejects.toThrow('429')
  })

  it('no further key is looked at in that minute: each costs a signature', async () => {
    const { status } = await register(gatehouse().browser(), 'no proof')
    expect(status).toBe(429)
  })
})

describe('a page that brings its session', () => {
  const html = `<html lang="en"><body><script id="session-answer" type="application/json"></script>
<script id="first-answers" type="application/json"></script></body></html>`
  const built = { root: import.meta.dirname, html, headers: {} }
  const gatehouse = useTestApp(boundGatehouse({}, { built }))

  it('leaves the offer to the next request for the session: a page brings no header of its answers', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const page = await browser.get('/', {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-site': 'cross-site',
    })
    expect(page.text).toContain('"deviceOffer":true')
    expect(page.headers).not.toHaveProperty('secure-session-registration')
    const { challenge, authorization } = await offerTo(browser)
    const answer = await register(browser, createDevice().register(challenge, authorization))
    expect(answer.status).toBe(200)
  })
})

describe.each([
  ['on http', { config: { session: { idleMinutes: 1440, absoluteMinutes: 1440 } } }],
  ['if it is off', boundGatehouse({ deviceBound: 'off' })],
])('binding a session %s', (_when, options) => {
  const gatehouse = useTestApp(options)

  it('is not offered, and its addresses are none', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const answer = await browser.get('/api/session')
    expect(answer.headers).not.toHaveProperty('secure-session-registration')
    expect(answer.json()).toMatchObject({ signedIn: true, deviceBound: false })
    expect(answer.json()).not.toHaveProperty('deviceOffer')
    const proof = { 'secure-session-response': 'x', 'x-csrf': '1' }
    expectProblem(await ask(browser, registrationPath, proof), 404, 'not_found')
  })
})
