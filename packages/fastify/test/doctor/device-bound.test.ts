/** What the doctor says of sessions that are bound to their device: the app itself answers it, through proxies of many kinds. */
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/doctor/index.ts'
import { askForProof, deviceBound } from '../../src/doctor/checks/device-bound.ts'
import { httpPost } from '../../src/doctor/http.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { boundGatehouse, refreshPath } from '../support/bound-session.ts'
import { load, ownTenant } from '../support/config-folder.ts'

const publicUrl = 'https://app.example.test'
const configured = (session: Record<string, unknown> = {}, url = publicUrl) =>
  load({ ...ownTenant, publicUrl: url, session })

type Post = typeof httpPost
type Answer = Awaited<ReturnType<Post>>

/** The app behind a proxy that ends TLS. @param origin where the app listens */
const inFrontOf =
  (origin: string): Post =>
  (url, headers, maxBytes, proxy) =>
    httpPost(url.replace(publicUrl, origin), headers, maxBytes, proxy)

/** The same proxy, which keeps a header for itself. */
const without =
  (name: string, post: Post): Post =>
  async (url, { [name]: _request, ...passed }, maxBytes, proxy) => {
    const answer = await post(url, passed, maxBytes, proxy)
    const { [name]: _answer, ...headers } = answer.headers
    return { ...answer, headers }
  }

const answering =
  (answer: Partial<Answer>): Post =>
  () =>
    Promise.resolve({ status: 200, location: '', text: '', headers: {}, ...answer })

describe('an app with https', () => {
  const gatehouse = useTestApp(boundGatehouse())
  const find = (change: (post: Post) => Post = (post) => post, session = {}): Promise<Finding> =>
    askForProof(configured(session), change(inFrontOf(gatehouse().origin)))

  it('passes if the headers of both directions come through', async () => {
    expect(await find()).toEqual({
      id: 'device-bound',
      status: 'pass',
      reason: `What browsers need to bind sessions to their device passes at ${publicUrl}.`,
      who: 'operator',
      next: 'Nothing to do.',
    })
  })

  it.each([
    ['sec-secure-session-id', 'requests', 'fail'],
    ['secure-session-response', 'requests', 'fail'],
    ['secure-session-challenge', 'answers', 'fail'],
    ['secure-session-registration', 'answers', 'warn'],
  ])('finds a proxy that keeps %s, of %s: %s', async (name, where, status) => {
    const found = await find((post) => without(name, post))
    expect(found).toMatchObject({ id: 'device-bound', status, who: 'operator' })
    expect(found.reason.toLowerCase()).toContain(name)
    expect(found.next).toContain(`of ${where} on as they come`)
  })

  it('finds a proxy that changes a header', async () => {
    for (const name of ['secure-session-challenge', 'secure-session-registration']) {
      const changed = await find((post) => async (...asked) => {
        const answer = await post(...asked)
        return { ...answer, headers: { ...answer.headers, [name]: '"x"' } }
      })
      expect(changed.next).toContain('of answers on as they come')
    }
    // Without the name of a session it is a request like any other, which another site may have made.
    const toOther = await find((post) => (url, headers, maxBytes, proxy) => {
      const { 'sec-secure-session-id': _id, ...others } = headers
      return post(url, { ...others, origin: 'http://10.0.0.7:8080' }, maxBytes, proxy)
    })
    expect(toOther).toMatchObject({ status: 'fail' })
    expect(toOther.next).toContain('of requests on as they come')
  })

  it('fails if sessions have to be bound, and none is offered', async () => {
    const required = { deviceBound: 'required' }
    const offer = 'secure-session-registration'
    expect(await find((post) => without(offer, post), required)).toMatchObject({ status: 'fail' })
    expect(await find(undefined, required)).toMatchObject({ status: 'pass' })
  })

  it.each<[string, Partial<Answer>, string]>([
    [
      'a page to sign in',
      { status: 302, location: 'https://login.example.test/?to=secret' },
      'status 302, to https://login.example.test.',
    ],
    ['a redirect on the same host', { status: 302, location: '/login' }, 'status 302.'],
    ['a rate limit', { status: 429 }, 'status 429.'],
    ['a filter', { status: 403, text: 'Forbidden' }, 'status 403.'],
    ['a server of files', { status: 404, text: '<h1>Not Found</h1>' }, 'status 404.'],
    [
      'another API',
      {
        status: 404,
        text: '{"code":"not_found"}',
        headers: { 'content-type': 'application/json' },
      },
      'status 404.',
    ],
    ['a page for everything', { text: '<!doctype html>' }, 'status 200.'],
    ['a proxy without an app', { status: 502 }, 'status 502.'],
    [
      'JSON that is no problem',
      {
        status: 403,
        text: '{"code":"device_proof_required"',
        headers: { 'content-type': 'application/problem+json' },
      },
      'status 403.',
    ],
  ])('warns of %s that answers in its place', async (_what, answer, words) => {
    const found = await find(() => answering(answer))
    expect(found.status).toBe('warn')
    expect(found.reason).toContain(`in its place at ${publicUrl}${refreshPath}: ${words}`)
    expect(found.next).toContain('/auth/device and below')
    expect(found.reason).not.toContain('secret')
  })

  it('is not checked if nothing answers, and the reason is given', async () => {
    const nothing = Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    const refused = await find(() => () => Promise.reject(nothing))
    expect(refused).toMatchObject({ status: 'unknown' })
    expect(refused.reason).toMatch(/^Not checked: nothing answers at .*\(ECONNREFUSED\)\.$/)
    expect((await find(() => () => Promise.reject(new Error('no')))).status).toBe('unknown')
  })

  it('gives everybody the same, without a cookie, and no line about a refusal', async () => {
    const reads = gatehouse().logs.length
    const [one, two] = await Promise.all([
      inFrontOf(gatehouse().origin)(publicUrl + refreshPath, ofDoctor, 10_000, noProxy),
      inFrontOf(gatehouse().origin)(publicUrl + refreshPath, ofDoctor, 10_000, noProxy),
    ])
    expect(one.headers['secure-session-challenge']).toBe('"doctor";id="doctor"')
    expect(two.headers['secure-session-challenge']).toBe('"doctor";id="doctor"')
    expect(one.headers).not.toHaveProperty('set-cookie')
    expect(gatehouse().logs.slice(reads).join('\n')).not.toMatch(/device_(?:proof|refresh)_refused/)
  })
})

const noProxy = { url: undefined, noProxy: '' }
const ofDoctor = {
  'x-csrf': '1',
  'sec-secure-session-id': 'doctor',
  'secure-session-response': 'doctor',
}

describe('an app that binds no sessions', () => {
  const gatehouse = useTestApp(boundGatehouse({ deviceBound: 'off' }))

  it('is no failure: it may be an older version, before a deployment', async () => {
    const post = inFrontOf(gatehouse().origin)
    for (const session of [{}, { deviceBound: 'required' }]) {
      const found = await askForProof(configured(session), post)
      expect(found).toMatchObject({ status: 'warn' })
      expect(found.reason).toContain('is "off" there')
    }
  })
})

describe('without a question', () => {
  const never: Post = () => Promise.reject(new Error('asked'))

  it('says so if the configuration has it off', async () => {
    const found = await askForProof(configured({ deviceBound: 'off' }), never)
    expect(found).toMatchObject({ status: 'unknown' })
    expect(found.reason).toContain('session.deviceBound is "off"')
  })

  it('says so on http, where browsers bind none', async () => {
    const [found] = await deviceBound.run({
      config: configured({}, 'http://localhost:5173'),
      now: Date.now,
      answerOf: (_place, ask) => ask(),
      roles: undefined,
    })
    expect(found).toMatchObject({ id: 'device-bound', status: 'unknown' })
    expect(found?.reason).toContain('on https only')
  })
})
