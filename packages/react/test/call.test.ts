import { afterEach, describe, expect, test, vi } from 'vitest'
import { ApiProblem, call, readProblem } from '../src/api/call.ts'
import { refetchPolicy, retryDelay, shouldRetry } from '../src/api/query.ts'

const html = { 'content-type': 'text/html' }
const problemJson = { 'content-type': 'application/problem+json' }

afterEach(() => vi.unstubAllGlobals())

describe('a failed call', () => {
  test('keeps the request id and the seconds to wait', async () => {
    const body = JSON.stringify({ code: 'too_many_requests', requestId: 'r-1', title: 't' })
    const headers = { ...problemJson, 'retry-after': '7' }
    const problem = await readProblem(new Response(body, { status: 429, headers }))
    expect(problem).toMatchObject({ code: 'too_many_requests', requestId: 'r-1', retryAfter: 7 })
  })

  test.each(['Wed, 21 Oct 2026 07:28:00 GMT', '-1', '1.5', '', '9999999'])(
    'has no time to wait if the header is %j',
    async (header) => {
      const headers = { ...problemJson, 'retry-after': header }
      const body = JSON.stringify({ code: 'unavailable' })
      const problem = await readProblem(new Response(body, { status: 503, headers }))
      expect([problem.code, problem.retryAfter]).toEqual(['unavailable', undefined])
    },
  )

  test('is unreadable if a proxy answered in HTML', async () => {
    const problem = await readProblem(new Response('<h1>', { status: 502, headers: html }))
    expect(problem).toMatchObject({ code: 'unreadable', status: 502 })
  })

  test('is unreadable if a successful answer is not JSON', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>', { headers: html })))
    await expect(call('/api/me')).rejects.toMatchObject({ code: 'unreadable', status: 200 })
  })
})

describe('a call without an answer', () => {
  test.each([
    [true, 'unreachable'],
    [false, 'offline'],
  ])('is reported by the state of the connection: online %s is %s', async (onLine, code) => {
    vi.stubGlobal('navigator', { onLine })
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(call('/api/me')).rejects.toMatchObject({ code, status: 0 })
  })

  test.each([
    [true, 'unreachable'],
    [false, 'offline'],
  ])('is also one whose answer breaks off: online %s is %s', async (onLine, code) => {
    vi.stubGlobal('navigator', { onLine })
    const broken = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"users":')),
      pull: (stream) => stream.error(new TypeError('network error')),
    })
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(broken)))
    const error: unknown = await call('/api/me').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, status: 0 })
    expect(shouldRetry(0, error)).toBe(onLine)
  })

  test('is not a problem if its caller aborted it', async () => {
    const aborted = AbortSignal.abort()
    vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) =>
      Promise.reject(signal?.reason),
    )
    await expect(call('/api/me', { signal: aborted })).rejects.toBe(aborted.reason)
  })

  test('times out', async () => {
    const timedOut = AbortSignal.abort(new DOMException('late', 'TimeoutError'))
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(timedOut)
    vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) =>
      Promise.reject(signal?.reason),
    )
    await expect(call('/api/me')).rejects.toMatchObject({ code: 'no_answer' })
    timeout.mockRestore()
  })
})

describe('an automatic retry', () => {
  test.each([
    ['sign_in_required', 401],
    ['forbidden', 403],
    ['invalid_request', 400],
    ['internal', 500],
  ] as const)('never follows %s', (code, status) => {
    expect(shouldRetry(0, new ApiProblem(code, status))).toBe(false)
  })

  test('follows a 429 once, at the time that the server named', () => {
    const problem = new ApiProblem('too_many_requests', 429, { retryAfter: 3 })
    expect(shouldRetry(0, problem)).toBe(true)
    expect(retryDelay(0, problem)).toBe(3000)
    expect(shouldRetry(1, problem)).toBe(false)
  })

  test.each([
    ['unreachable', 0],
    ['upstream_failed', 502],
  ] as const)('follows %s twice, after one and two seconds', (code, status) => {
    const problem = new ApiProblem(code, status)
    expect([0, 1, 2].map((failures) => shouldRetry(failures, problem))).toEqual([true, true, false])
    expect([0, 1].map((failures) => retryDelay(failures, problem))).toEqual([1000, 2000])
  })

  test.each([
    ['upstream_timeout', 504],
    ['no_answer', 0],
    ['offline', 0],
  ] as const)('does not follow %s, after which the user decides', (code, status) => {
    expect(shouldRetry(0, new ApiProblem(code, status))).toBe(false)
  })

  test('does not wait for minutes', () => {
    const problem = new ApiProblem('too_many_requests', 429, { retryAfter: 120 })
    expect(shouldRetry(0, problem)).toBe(false)
  })
})

describe('a failed query', () => {
  const failed = (error: ApiProblem) => ({ state: { status: 'error', error } })
  const failures = [
    failed(new ApiProblem('forbidden', 403)),
    failed(new ApiProblem('offline', 0)),
    failed(new ApiProblem('too_many_requests', 429, { retryAfter: 60 })),
  ]

  test('is not fetched again on focus', () => {
    expect(failures.map(refetchPolicy.refetchOnWindowFocus)).toEqual([false, false, false])
    const succeeded = { state: { status: 'success', error: null } }
    expect(refetchPolicy.refetchOnWindowFocus(succeeded)).toBe(true)
  })

  test('is fetched again with a new connection if it had no answer', () => {
    expect(failures.map(refetchPolicy.refetchOnReconnect)).toEqual([false, true, false])
  })

  test('is fetched again by a page that is opened again, after the time that the server named', () => {
    expect(failures.map(refetchPolicy.retryOnMount)).toEqual([true, true, false])
  })
})
