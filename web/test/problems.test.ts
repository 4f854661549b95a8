import {
  type InteractionReason,
  type Problem,
  type ProblemCode,
  problemStatus,
} from '@gatehouse/contract/problem'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ApiProblem, call, readProblem, restarts, retryDelay, shouldRetry } from '@gatehouse/react'
import { scopeWords, wordsFor } from '../src/api/messages.ts'
import { problemCodes, problemFor, validDetails } from '../src/pages/sign-in-problem/problems.ts'

const codes = Object.keys(problemStatus) as ProblemCode[]

const asked = (problem: Partial<Problem>) =>
  wordsFor(new ApiProblem('interaction_required', 401, { problem }))

describe('a failed call', () => {
  test.each(codes)('with the code %s has words', (code) => {
    const words = wordsFor(new ApiProblem(code, problemStatus[code]))
    expect(words.title).not.toBe('')
    expect(words.text).toMatch(/\.$/)
  })

  test('with a code from the future is our failure', () => {
    const code = 'brand_new' as ProblemCode
    expect(wordsFor(new ApiProblem(code, 500)).title).toBe('Something went wrong on our side')
  })

  test('for want of consent names in words what is to be agreed to', () => {
    const words = asked({ reason: 'consent', scopes: ['Mail.Read', 'Made.Up'] })
    expect(words.title).toContain('administrator')
    expect(words.text).toBe('It needs “Read your mail” and “Made.Up”.')
    expect(words.remedy).toBe('ask')
    expect(asked({ reason: 'consent' }).text).toContain('a permission')
  })

  test('that Microsoft has a question about says what to do', () => {
    expect(asked({ reason: 'step_up' })).toMatchObject({
      title: 'Microsoft asks you to confirm it is you',
      remedy: 'continue',
    })
    expect(asked({ reason: 'session_expired' })).toMatchObject({ action: 'Sign in again' })
    const unknown = asked({ reason: 'brand_new' as InteractionReason })
    expect(unknown.remedy).toBe('continue')
  })

  test('may have words of the page’s own', () => {
    const problem = new ApiProblem('forbidden', 403)
    const own = { title: 'Guests cannot list this directory', text: 'Ask.' }
    expect(wordsFor(problem, { forbidden: own })).toMatchObject({ ...own, remedy: 'home' })
    expect(wordsFor(new ApiProblem('internal', 500), { forbidden: own }).remedy).toBe('report')
  })

  test('keeps the request id and the seconds to wait', async () => {
    const body = JSON.stringify({ code: 'too_many_requests', requestId: 'r-1', title: 't' })
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '7' }
    const problem = await readProblem(new Response(body, { status: 429, headers }))
    expect(problem).toMatchObject({ code: 'too_many_requests', requestId: 'r-1', retryAfter: 7 })
  })

  test('that a proxy answered in HTML is unreadable, and no crash', async () => {
    const headers = { 'content-type': 'text/html' }
    const problem = await readProblem(new Response('<h1>', { status: 502, headers }))
    expect(problem).toMatchObject({ code: 'unreadable', status: 502 })
  })
})

describe('a call without an answer', () => {
  afterEach(() => vi.unstubAllGlobals())

  test.each([
    [true, 'unreachable'],
    [false, 'offline'],
  ])('with a connection that is there (%s) is %s', async (onLine, code) => {
    vi.stubGlobal('navigator', { onLine })
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(call('/api/me')).rejects.toMatchObject({ code, status: 0 })
  })

  test('that its caller gave up is no problem', async () => {
    const gone = AbortSignal.abort()
    vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) =>
      Promise.reject(signal?.reason),
    )
    await expect(call('/api/me', { signal: gone })).rejects.toBe(gone.reason)
  })

  test('for a long time is given up', async () => {
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'))
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late)
    vi.stubGlobal('fetch', (_path: string, { signal }: RequestInit) =>
      Promise.reject(signal?.reason),
    )
    await expect(call('/api/me')).rejects.toMatchObject({ code: 'no_answer' })
    timeout.mockRestore()
  })
})

describe('a permission', () => {
  test('has words, with and without the name of Graph before it', () => {
    expect(scopeWords('Calendars.Read')).toBe('Read your calendar')
    expect(scopeWords('https://graph.microsoft.com/Calendars.Read')).toBe('Read your calendar')
  })

  test('of another API is called what it is called', () => {
    expect(scopeWords('api://orders/Orders.Read')).toBe('api://orders/Orders.Read')
  })
})

describe('asking again by itself', () => {
  test('never happens after a refusal', () => {
    for (const code of ['sign_in_required', 'forbidden', 'invalid_request', 'internal'] as const) {
      expect(shouldRetry(0, new ApiProblem(code, problemStatus[code]))).toBe(false)
    }
  })

  test('happens once after 429, when the server said', () => {
    const problem = new ApiProblem('too_many_requests', 429, { retryAfter: 3 })
    expect(shouldRetry(0, problem)).toBe(true)
    expect(retryDelay(0, problem)).toBe(3000)
    expect(shouldRetry(1, problem)).toBe(false)
  })

  test('happens twice where the way was broken, and never after a long wait', () => {
    for (const [code, status] of [
      ['unreachable', 0],
      ['upstream_failed', 502],
    ] as const) {
      const problem = new ApiProblem(code, status)
      expect([0, 1, 2].map((failures) => shouldRetry(failures, problem))).toEqual([
        true,
        true,
        false,
      ])
      expect([0, 1].map((failures) => retryDelay(failures, problem))).toEqual([1000, 2000])
    }
    expect(shouldRetry(0, new ApiProblem('upstream_timeout', 504))).toBe(false)
    expect(shouldRetry(0, new ApiProblem('no_answer', 0))).toBe(false)
    expect(shouldRetry(0, new ApiProblem('offline', 0))).toBe(false)
  })

  test('waits for the connection, for a page that is opened again, and for nothing else', () => {
    const failed = (error: ApiProblem) => ({ state: { status: 'error', error } })
    const forbidden = failed(new ApiProblem('forbidden', 403))
    const offline = failed(new ApiProblem('offline', 0))
    const busy = failed(new ApiProblem('too_many_requests', 429, { retryAfter: 60 }))
    const { refetchOnWindowFocus, refetchOnReconnect, retryOnMount } = restarts
    expect([forbidden, offline, busy].map(refetchOnWindowFocus)).toEqual([false, false, false])
    expect([forbidden, offline, busy].map(refetchOnReconnect)).toEqual([false, true, false])
    expect([forbidden, offline, busy].map(retryOnMount)).toEqual([true, true, false])
    expect(refetchOnWindowFocus({ state: { status: 'success', error: null } })).toBe(true)
  })

  test('does not keep anybody waiting for minutes', () => {
    const problem = new ApiProblem('too_many_requests', 429, { retryAfter: 120 })
    expect(shouldRetry(0, problem)).toBe(false)
  })
})

describe('the sign-in problem page', () => {
  const promised =
    'expired invalid_link cookies_blocked cancelled denied consent_required step_up not_assigned other_organisation misconfigured unavailable failed'

  test('knows every code of the back end', () => {
    expect(problemCodes.toSorted()).toEqual(promised.split(' ').toSorted())
  })

  test('says no more than "failed" for a code that it does not know', () => {
    for (const code of [null, '', 'nonsense', 'constructor', '__proto__']) {
      expect(problemFor(code)).toBe(problemFor('failed'))
    }
  })

  test('shows nothing of the query but a request id and a number of Microsoft’s', () => {
    const shown = (query: string) => validDetails(new URLSearchParams(query))
    expect(shown('id=0a-b_9&aadsts=50105')).toEqual({ requestId: '0a-b_9', aadsts: 'AADSTS50105' })
    expect(shown('id=call+0800+now&aadsts=AADSTS1; call us&error_description=x')).toEqual({})
    expect(shown(`id=${'x'.repeat(65)}`)).toEqual({})
  })
})
