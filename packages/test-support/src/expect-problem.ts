import { expect } from 'vitest'
import { problemMediaType, type Problem, type ProblemCode } from '@gatehouse/contract/problem'
import type { Answer } from '@gatehouse/tenant/testing'

/** Headers of every answer of /api and /auth: no cache, no sniffing, no referrer. */
export function expectSafeHeaders({ headers }: Answer): void {
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': expect.stringContaining('camera=()') as unknown,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  expect(headers).not.toHaveProperty('etag')
  expect(headers).not.toHaveProperty('access-control-allow-origin')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
}

/** A problem of the contract (RFC 9457): status, code and all of its members, and no redirect. */
export function expectProblem(answer: Answer, status: number, code: ProblemCode): Problem {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status })
  expect(answer.headers['content-type']).toBe(problemMediaType)
  expect(answer.location).toBe('')
  expectSafeHeaders(answer)
  const problem = answer.json() as Problem
  expect(problem).toMatchObject({ type: `about:blank#${code}`, status, code })
  expect(problem.title).toMatch(/\w/)
  expect(problem.detail).toMatch(/\w/)
  expect(problem.requestId).toMatch(/^[\w-]{12}-[0-9a-z]+$/)
  return problem
}

/** 503 that says when to try again; it changes nothing in the browser. */
export function expectUnavailable(answer: Answer): void {
  expectProblem(answer, 503, 'unavailable')
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  expect(answer.setCookies).toEqual([])
}
