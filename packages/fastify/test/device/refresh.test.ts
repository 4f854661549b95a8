/** Proving the key of a bound session again and again, and what an answer to a challenge can and cannot do. */
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { describe, expect, it } from 'vitest'
import { expectProblem, expectUnavailable } from '@gatehouse/test-support/expect-problem'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'
import {
  ask,
  bindSession,
  boundBrowser,
  boundGatehouse,
  challengeIn,
  deviceCookie,
  loggedEvents,
  offerTo,
  refreshPath,
  register,
  sessionCookieAlone,
} from '../support/bound-session.ts'
import { createDevice, signedToken } from '../support/device.ts'

const minute = 60_000

describe.each(storeKinds)('a refresh, on %s', (store) => {
  const gatehouse = useTestApp(boundGatehouse({}, { store }))
  const bind = (user?: string) => bindSession(gatehouse().browser(), user)

  const events = (name: string) => loggedEvents(gatehouse(), name)

  it('is answered with a challenge, and its proof with a new cookie and the next challenge', async () => {
    const bound = await bind()
    const before = await bound.browser.cookie(deviceCookie)
    const asked = await ask(bound.browser, refreshPath, { 'sec-secure-session-id': bound.name })
    expectProblem(asked, 403, 'device_proof_required')
    const answer = await bound.prove(bound.device.refresh(challengeIn(asked, bound.name)))
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(answer.setCookies).toEqual([expect.stringMatching(/^__Host-device=.*; Max-Age=300; /)])
    expect(await bound.browser.cookie(deviceCookie)).not.toBe(before)
    // One way there and back: the browser has its challenge already.
    const next = bound.device.refresh(challengeIn(answer, bound.name))
    expect((await bound.prove(next)).status).toBe(204)
  })

  it('works for as long as the session lasts, across many lifetimes of the cookie', async () => {
    const bound = await bind()
    for (let lifetime = 0; lifetime < 6; lifetime += 1) {
      gatehouse().advance(5 * minute)
      expectProblem(await bound.browser.get('/api/me'), 401, 'device_proof_required')
      expect((await bound.refresh()).status).toBe(204)
      expect((await bound.browser.get('/api/me')).status).toBe(200)
    }
  })

  it('works after hours of sleep: the challenge of before is replaced by a new one', async () => {
    const bound = await bind()
    const answer = await bound.refresh()
    const early = challengeIn(answer, bound.name)
    gatehouse().advance(8 * 60 * minute)
    const late = await bound.prove(bound.device.refresh(early))
    expectProblem(late, 403, 'device_proof_required')
    const again = await bound.prove(bound.device.refresh(challengeIn(late, bound.name)))
    expect(again.status).toBe(204)
    expect((await bound.browser.get('/api/me')).status).toBe(200)
  })

  it('takes a challenge that came in advance until the cookie is over', async () => {
    const bound = await bind()
    const early = challengeIn(await bound.refresh(), bound.name)
    gatehouse().advance(5 * minute)
    expect((await bound.prove(bound.device.refresh(early))).status).toBe(204)
  })

  it('takes a challenge once: the proof of an answer that got lost is followed by a new challenge', async () => {
    const bound = await bind()
    const proof = bound.device.refresh(await bound.askForChallenge())
    expect((await bound.prove(proof)).status).toBe(204)
    const again = await bound.prove(proof)
    expectProblem(again, 403, 'device_proof_required')
    expect(again.setCookies).toEqual([])
    expect((await bound.prove(bound.device.refresh(challengeIn(again, bound.name)))).status).toBe(
      204,
    )
    expect(events('device_proof_refused').at(-1)).toMatchObject({ reason: 'used_challenge' })
  })

  it('gives one of two at once, as several tabs and a repeated request do', async () => {
    const bound = await bind()
    const proof = bound.device.refresh(await bound.askForChallenge())
    const answers = await Promise.all([bound.prove(proof), bound.prove(proof), bound.prove(proof)])
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['204', '403', '403'])
    expect((await bound.browser.get('/api/me')).status).toBe(200)
  })

  it('is served by two instances: the challenge of one, the proof at the other, the request at both', async () => {
    const bound = await bind()
    const other = await gatehouse().startSecondInstance()
    const away = boundBrowser(other.browser(bound.browser), bound.device, bound.name)
    gatehouse().advance(5 * minute)
    const proof = bound.device.refresh(await bound.askForChallenge())
    const answers = [await away.prove(proof), await bound.prove(proof)]
    expect(answers.map(({ status }) => status)).toEqual([204, 403])
    for (const { browser } of [bound, away]) {
      expect((await browser.get('/api/me')).status).toBe(200)
    }
    await other.close()
  })

  it('needs no session cookie, and gives nothing but the proof for it', async () => {
    const bound = await bind()
    gatehouse().advance(5 * minute)
    const cookie = await sessionCookieAlone(bound.browser)
    const answer = await bound.refresh('')
    expect(answer.status).toBe(204)
    const [proof = ''] = answer.setCookies.map((line) => line.split(';')[0])
    expectProblem(await bound.browser.send('/api/me', { cookie: proof }), 401, 'sign_in_required')
    const both = await bound.browser.send('/api/me', { cookie: `${cookie}; ${proof}` })
    expect(both.status).toBe(200)
  })

  it('asks Entra for nothing, and works while Entra is down', async () => {
    const bound = await bind()
    gatehouse().tenant.journal.clear()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'reset' })
    gatehouse().tenant.faults.set({ at: 'discovery', kind: 'reset' })
    expect((await bound.refresh()).status).toBe(204)
    expect(gatehouse().tenant.journal.entries()).toEqual([])
  })

  it('does not keep an idle session alive', async () => {
    const bound = await bind()
    gatehouse().advance(23 * 60 * minute)
    expect((await bound.refresh()).status).toBe(204)
    gatehouse().advance(2 * 60 * minute)
    const answer = await ask(bound.browser, refreshPath, { 'sec-secure-session-id': bound.name })
    expectProblem(answer, 401, 'device_proof_required')
  })

  it('says that the session is over after a sign-out, so that the browser forgets its key', async () => {
    const bound = await bind()
    const answer = await bound.browser.post('/auth/sign-out')
    expect(answer.setCookies).toContainEqual(expect.stringMatching(/^__Host-device=; Max-Age=0;/))
    const refused = await ask(bound.browser, refreshPath, { 'sec-secure-session-id': bound.name })
    expectProblem(refused, 401, 'device_proof_required')
    expect(refused.headers).not.toHaveProperty('secure-session-challenge')
  })

  it('of an earlier session is over once the browser has a newer one', async () => {
    const bound = await bind()
    gatehouse().advance(6 * minute)
    await bound.browser.signIn()
    const refused = await ask(bound.browser, refreshPath, { 'sec-secure-session-id': bound.name })
    expectProblem(refused, 401, 'device_proof_required')
    expect((await bound.browser.get('/api/me')).status).toBe(200)
  })

  it.each(['', 'made-up', 'a b', '"', 'x'.repeat(600), '"a", "b"'])(
    'for the session %j is refused',
    async (name) => {
      const bound = await bind()
      const answer = await ask(bound.browser, refreshPath, { 'sec-secure-session-id': name })
      expect([400, 401]).toContain(answer.status)
      expect(answer.setCookies).toEqual([])
      expect((await bound.browser.get('/api/me')).status).toBe(200)
    },
  )

  it.each<Record<string, string>>([
    { 'content-type': 'application/octet-stream' },
    { 'content-type': 'application/json' },
    { 'content-length': '0', 'content-type': 'application/x-www-form-urlencoded' },
    // Chrome says same-origin of each. The draft leaves it to the request that waits.
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://another.example' },
  ])('is answered whatever a proxy or a browser adds to it: %j', async (headers) => {
    const bound = await bind()
    const proof = bound.device.refresh(await bound.askForChallenge())
    const asked = { 'sec-secure-session-id': bound.name, 'secure-session-response': proof }
    expect((await ask(bound.browser, refreshPath, { ...asked, ...headers })).status).toBe(204)
  })

  it('for two sessions at once is refused', async () => {
    const bound = await bind()
    const names = { 'sec-secure-session-id': [bound.name, bound.name] }
    const answer = await ask(bound.browser, refreshPath, names)
    expectProblem(answer, 400, 'invalid_request')
    expect(answer.setCookies).toEqual([])
  })

  describe('with a proof that does not count', () => {
    const other = createDevice()
    const hs256 = (challenge: string) =>
      signedToken({ alg: 'HS256', typ: 'dbsc+jwt' }, { jti: challenge }, () => Buffer.alloc(64))
    it.each<[string, (challenge: string, own: ReturnType<typeof createDevice>) => string]>([
      [
        'no signature',
        (challenge, { refreshHeader, prove }) =>
          prove(refreshHeader, { jti: challenge }).replace(/[^.]*$/, ''),
      ],
      [
        'the algorithm none',
        (challenge, { prove }) => prove({ alg: 'none', typ: 'dbsc+jwt' }, { jti: challenge }),
      ],
      ['HS256', hs256],
      [
        'RS256',
        (challenge, { prove }) => prove({ alg: 'RS256', typ: 'dbsc+jwt' }, { jti: challenge }),
      ],
      [
        'another type',
        (challenge, { prove }) => prove({ alg: 'ES256', typ: 'JWT' }, { jti: challenge }),
      ],
      [
        'a key of its own',
        (challenge) => other.prove(other.registrationHeader, { jti: challenge }),
      ],
      ['no challenge', (_challenge, { refreshHeader, prove }) => prove(refreshHeader, {})],
      ['a made-up challenge', (_challenge, { refresh }) => refresh('made-up')],
      ['junk', () => '"'],
      ['too many bytes', () => 'x'.repeat(5000)],
      ['two of them', (challenge, { refresh }) => `${refresh(challenge)}, ${refresh(challenge)}`],
    ])('%s: a new challenge, no cookie, and the session is as it was', async (_what, make) => {
      const bound = await bind()
      const answer = await bound.prove(make(await bound.askForChallenge(), bound.device))
      expectProblem(answer, 403, 'device_proof_required')
      expect(answer.setCookies).toEqual([])
      expect((await bound.browser.get('/api/me')).status).toBe(200)
      const next = bound.device.refresh(challengeIn(answer, bound.name))
      expect((await bound.prove(next)).status).toBe(204)
    })

    it('the challenge of a registration', async () => {
      const browser = gatehouse().browser()
      await browser.signIn()
      const spare = await offerTo(browser)
      const { challenge, authorization } = await offerTo(browser)
      const device = createDevice()
      const answer = await register(browser, device.register(challenge, authorization))
      const { session_identifier: name } = answer.json() as { session_identifier: string }
      const bound = boundBrowser(browser, device, name)
      const refused = await bound.prove(device.refresh(spare.challenge))
      expectProblem(refused, 403, 'device_proof_required')
      expect(refused.setCookies).toEqual([])
    })

    it('the challenge of another session', async () => {
      const bound = await bind()
      const another = await bind()
      const challenge = await another.askForChallenge()
      expectProblem(
        await bound.prove(bound.device.refresh(challenge)),
        403,
        'device_proof_required',
      )
      expect((await another.prove(another.device.refresh(challenge))).status).toBe(204)
    })
  })

  describe('with another key', () => {
    it('and a challenge that is not live, proves nothing: the session goes on', async () => {
      const bound = await bind()
      const used = await bound.askForChallenge()
      await bound.prove(bound.device.refresh(used))
      const old = await bound.askForChallenge()
      gatehouse().advance(11 * minute)
      for (const challenge of ['made-up', used, old]) {
        const answer = await bound.prove(createDevice().refresh(challenge))
        expectProblem(answer, 403, 'device_proof_required')
      }
      expect((await bound.refresh()).status).toBe(204)
      expect((await bound.browser.get('/api/me')).status).toBe(200)
    })

    it('and a challenge that was answered a moment ago, proves nothing: whoever saw the answer ends no session', async () => {
      const bound = await bind()
      const cookie = await sessionCookieAlone(bound.browser)
      const challenge = await bound.askForChallenge(cookie)
      expect((await bound.prove(bound.device.refresh(challenge))).status).toBe(204)
      const answer = await bound.prove(createDevice().refresh(challenge))
      expectProblem(answer, 403, 'device_proof_required')
      expect((await bound.browser.get('/api/me')).status).toBe(200)
    })

    it('and a live challenge, but not the session’s cookie, proves nothing either: the name is no secret', async () => {
      const bound = await bind()
      const challenge = await bound.askForChallenge()
      const answer = await bound.prove(createDevice().refresh(challenge), '')
      expectProblem(answer, 403, 'device_proof_required')
      // The store has kept nothing of it.
      expect((await bound.prove(bound.device.refresh(challenge))).status).toBe(204)
      expect((await bound.browser.get('/api/me')).status).toBe(200)
    })

    it('in answer to a live challenge, ends the session, and the user’s other sessions say so', async () => {
      const user = people(gatehouse().tenant).at(40).userPrincipalName
      const elsewhere = gatehouse().browser()
      await elsewhere.signIn({ user })
      const bound = await bind(user)
      const before = events('session_theft_suspected').length
      const cookie = await sessionCookieAlone(bound.browser)
      const challenge = await bound.askForChallenge(cookie)
      const answer = await bound.prove(createDevice().refresh(challenge), cookie)
      expectProblem(answer, 401, 'device_proof_required')
      expectProblem(await bound.browser.get('/api/me'), 401, 'sign_in_required')
      const found = events('session_theft_suspected').slice(before)
      expect(found).toEqual([
        expect.objectContaining({ reason: 'another_key', ended: true, level: 40 }),
      ])
      const list = async () =>
        ((await elsewhere.get('/api/sessions')).json() as OwnSessions).sessions
      const [notice, ...others] = (await list()).toSorted((a, b) =>
        a.ended ? -1 : b.ended ? 1 : 0,
      )
      expect(notice).toMatchObject({ deviceBound: true, ended: { reason: 'theft_suspected' } })
      expect(Date.parse(notice?.ended?.at ?? '')).toBeGreaterThan(gatehouse().now() - minute)
      expect(others.map(({ current }) => current)).toEqual([true])

      // It stays if all others are ended, and goes if it is read.
      const everywhere = await elsewhere.send('/api/sessions', {
        method: 'DELETE',
        headers: { 'x-csrf': '1' },
      })
      expect(everywhere.status).toBe(204)
      expect(await list()).toHaveLength(2)
      const read = await elsewhere.send(`/api/sessions/${notice?.id}`, {
        method: 'DELETE',
        headers: { 'x-csrf': '1' },
      })
      expect(read.status).toBe(204)
      expect(await list()).toHaveLength(1)
    })
  })
})

describe('a session that is refreshed too often', () => {
  const gatehouse = useTestApp(boundGatehouse())
  const perMinute = 60

  it('gets 503 for the rest of the minute, after which its browser keeps the key, and leaves nothing more in the store', async () => {
    const bound = await bindSession(gatehouse().browser())
    const other = await bindSession(gatehouse().browser())
    let challenge = await bound.askForChallenge()
    for (let count = 1; count < perMinute; count += 1) {
      challenge = challengeIn(await bound.prove(bound.device.refresh(challenge)), bound.name)
    }
    const proof = bound.device.refresh(challenge)
    const refused = await bound.prove(proof)
    expectUnavailable(refused)
    expect(refused.headers).not.toHaveProperty('secure-session-challenge')
    expect(loggedEvents(gatehouse(), 'rate_limited').at(-1)).toMatchObject({ by: 'device' })
    expect((await bound.browser.get('/api/me')).status).toBe(200)
    expect((await other.refresh()).status).toBe(204)
    gatehouse().advance(minute)
    // The proof was not looked at, so it still counts.
    expect((await bound.prove(proof)).status).toBe(204)
  })

  it('by somebody who has its name alone, is still refreshed by its own browser', async () => {
    const bound = await bindSession(gatehouse().browser())
    for (let count = 0; count < perMinute; count += 1) await bound.askForChallenge('')
    await expect(bound.askForChallenge('')).rejects.toThrow('503')
    expect((await bound.refresh()).status).toBe(204)
  })
})

describe('a refresh while the store does not answer', () => {
  const gatehouse = useTestApp(boundGatehouse({}, { store: 'redis' }))

  it(
    'is 503, which the browser tries again; then the session needs no proof for a minute',
    { tags: ['thorough'] },
    async () => {
      const bound = await bindSession(gatehouse().browser())
      const challenge = await bound.askForChallenge()
      gatehouse().advance(5 * minute)
      expectProblem(await bound.browser.get('/api/me'), 401, 'device_proof_required')
      gatehouse().redis.pause()
      expectUnavailable(await bound.prove(bound.device.refresh(challenge)))
      gatehouse().redis.resume()
      // The browser waits before it tries again, and sends the page's requests without a proof.
      await expect.poll(async () => (await bound.browser.get('/api/me')).status).toBe(200)
      gatehouse().advance(61_000)
      expectProblem(await bound.browser.get('/api/me'), 401, 'device_proof_required')
      expect((await bound.refresh()).status).toBe(204)
    },
  )

  it('excuses no session but its own', { tags: ['thorough'] }, async () => {
    const bound = await bindSession(gatehouse().browser())
    const { browser: other } = await bindSession(gatehouse().browser())
    const challenge = await bound.askForChallenge()
    gatehouse().advance(5 * minute)
    gatehouse().redis.pause()
    expectUnavailable(await bound.prove(bound.device.refresh(challenge)))
    gatehouse().redis.resume()
    await expect.poll(async () => (await bound.browser.get('/api/me')).status).toBe(200)
    expectProblem(await other.get('/api/me'), 401, 'device_proof_required')
  })
})
