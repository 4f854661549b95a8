import type { Fault } from '@gatehouse/tenant'
import type { ProblemCode } from '@gatehouse/contract/problem'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

type Effect = Fault extends infer One ? (One extends Fault ? Omit<One, 'at'> : never) : never

function failing(fault: Effect): void {
  gatehouse().tenant.faults.set({ at: 'users', ...fault })
}

const user = {
  id: 'i',
  userPrincipalName: 'u',
  displayName: null,
  givenName: null,
  surname: null,
  mail: null,
}

describe('a call to Graph that fails', () => {
  it.each<[string, Effect, number, ProblemCode]>([
    [
      'says no',
      { kind: 'graphError', status: 403, code: 'Authorization_RequestDenied' },
      403,
      'forbidden',
    ],
    [
      'says that it is not there',
      { kind: 'graphError', status: 404, code: 'NotFound' },
      404,
      'not_found',
    ],
    [
      'fails with 500',
      { kind: 'graphError', status: 500, code: 'InternalServerError' },
      502,
      'upstream_failed',
    ],
    [
      'fails with 502',
      { kind: 'respond', status: 502, body: 'Bad gateway' },
      502,
      'upstream_failed',
    ],
    ['gets too much traffic', { kind: 'respond', status: 509, body: {} }, 429, 'too_many_requests'],
    [
      'is not available',
      { kind: 'graphError', status: 503, code: 'ServiceUnavailable' },
      503,
      'unavailable',
    ],
    [
      'refuses the query',
      { kind: 'graphError', status: 400, code: 'BadRequest' },
      400,
      'invalid_request',
    ],
    [
      'redirects',
      { kind: 'respond', status: 302, headers: { location: 'https://evil.test' } },
      502,
      'upstream_failed',
    ],
    ['answers HTML', { kind: 'respond', status: 200, body: '<h1>hi</h1>' }, 502, 'upstream_failed'],
    [
      'answers HTML as JSON',
      { kind: 'respond', status: 200, body: '<h1>', contentType: 'application/json' },
      502,
      'upstream_failed',
    ],
    [
      'answers half of its JSON',
      { kind: 'respond', status: 200, body: '{"value":[{"id":', contentType: 'application/json' },
      502,
      'upstream_failed',
    ],
    ['answers nothing', { kind: 'respond', status: 200 }, 502, 'upstream_failed'],
    ['answers 204', { kind: 'respond', status: 204 }, 502, 'upstream_failed'],
    ['answers without a list', { kind: 'respond', status: 200, body: {} }, 502, 'upstream_failed'],
    [
      'answers with an object for a list',
      { kind: 'respond', status: 200, body: { value: { id: 'x' } } },
      502,
      'upstream_failed',
    ],
    [
      'answers with nulls in its list',
      { kind: 'respond', status: 200, body: { value: [null] } },
      502,
      'upstream_failed',
    ],
    [
      'answers with users without an id',
      { kind: 'respond', status: 200, body: { value: [{ ...user, id: 5 }] } },
      502,
      'upstream_failed',
    ],
    ['closes the connection', { kind: 'reset' }, 502, 'upstream_failed'],
    ['sends 100 MB', { kind: 'huge', bytes: 100_000_000 }, 502, 'upstream_failed'],
  ])(
    'is a problem of the contract, and the session goes on, if Graph %s',
    async (_what, fault, status, code) => {
      const browser = await gatehouse().signedIn()
      failing(fault)
      const answer = await browser.get('/api/users')
      const { detail } = expectProblem(answer, status, code)
      expect(detail).not.toMatch(/Authorization_|evil|<h1>|fault/)
      expect(answer.headers['retry-after'] !== undefined).toBe([429, 503].includes(status))
      gatehouse().tenant.faults.clear()
      expect((await browser.get('/api/users')).status).toBe(200)
    },
  )

  it.each([
    ['10', 10],
    [undefined, 10],
    ['0', 1],
    ['-1', 10],
    ['abc', 10],
    ['999999', 300],
    [60_000, 60],
    [-60_000, 1],
    [86_400_000, 300],
  ])(
    'is 429 with a bounded Retry-After, after one call, if Graph throttles with Retry-After %s',
    async (retryAfter, seconds) => {
      const browser = await gatehouse().signedIn()
      // A number means the HTTP date that is so many milliseconds away.
      const text =
        typeof retryAfter === 'number'
          ? new Date(Date.now() + retryAfter).toUTCString()
          : retryAfter
      const sent = text === undefined ? {} : { retryAfter: text }
      failing({ kind: 'graphError', status: 429, code: 'TooManyRequests', ...sent })
      const answer = await browser.get('/api/users')
      expectProblem(answer, 429, 'too_many_requests')
      expect(Math.abs(Number(answer.headers['retry-after']) - seconds)).toBeLessThanOrEqual(2)
      expect(gatehouse().tenant.journal.count('users')).toBe(1)
    },
  )
})

describe('an answer of Graph with more than the contract allows', () => {
  it('has none of its headers passed on', async () => {
    const browser = await gatehouse().signedIn()
    const headers = {
      'set-cookie': 'graph=1',
      'access-control-allow-origin': '*',
      'x-frame-options': 'ALLOWALL',
      'www-authenticate': 'Bearer',
      location: 'https://evil.test',
    }
    failing({ kind: 'respond', status: 200, headers, body: { value: [user] } })
    const answer = await browser.get('/api/users')
    expect(answer.status).toBe(200)
    for (const name of Object.keys(headers)) expect(answer.headers).not.toHaveProperty(name)
  })

  it('has none of its other properties passed on', async () => {
    const browser = await gatehouse().signedIn()
    const body = {
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata',
      value: [{ ...user, mobilePhone: '+44 1632 960000', '@odata.type': 'user' }],
    }
    failing({ kind: 'respond', status: 200, body })
    const answer = await browser.get('/api/users')
    expect(answer.json()).toEqual({ users: [user], total: null, next: null })
  })

  it.each([
    'https://evil.test/v1.0/users?$skiptoken=hostile',
    'http://169.254.169.254/?$skiptoken=hostile',
    'https://graph.microsoft.com@evil.test/?$skiptoken=hostile',
    '//evil.test/v1.0/users?$skiptoken=hostile',
    'file:///etc/passwd?$skiptoken=hostile',
  ])('has a next link to another host, which is refused: %s', async (link) => {
    const browser = await gatehouse().signedIn()
    failing({ kind: 'respond', status: 200, body: { value: [user], '@odata.nextLink': link } })
    const { detail } = expectProblem(await browser.get('/api/users'), 502, 'upstream_failed')
    expect(detail).not.toContain('hostile')
    expect(gatehouse().tenant.journal.count('users')).toBe(1)
  })
})
