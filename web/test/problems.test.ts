import { problemStatus, type Problem, type ProblemCode } from '@gatehouse/shared/problem'
import { describe, expect, test } from 'vitest'
import { ApiProblem, readProblem } from '../src/api/api-problem.ts'
import { wordsFor } from '../src/api/problem-words.ts'
import { retryDelay, shouldRetry } from '../src/api/retry.ts'
import { problemCodes, problemFor, validDetails } from '../src/pages/sign-in-problem/problems.ts'

const codes = Object.keys(problemStatus) as ProblemCode[]

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

  test('for want of consent says who can give it', () => {
    const problem: Partial<Problem> = { reason: 'consent' }
    const words = wordsFor(new ApiProblem('interaction_required', 401, { problem }))
    expect(words.title).toContain('administrator')
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

  test('leads to no other site, whatever the answer says', () => {
    for (const signInUrl of ['https://evil.example/', '//evil.example', '/\\evil.example', '']) {
      expect(
        new ApiProblem('interaction_required', 401, { problem: { signInUrl } }).signInUrl,
      ).toBe(undefined)
    }
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

  test('does not keep anybody waiting for minutes', () => {
    const problem = new ApiProblem('too_many_requests', 429, { retryAfter: 120 })
    expect(shouldRetry(0, problem)).toBe(false)
  })
})

describe('the sign-in problem page', () => {
  const promised =
    'expired cookies_blocked cancelled denied consent_required not_assigned other_organisation misconfigured unavailable failed'

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
