import { expect } from 'vitest'
import type { Answer } from '@gatehouse/tenant/testing'
import { expectSafeHeaders } from '@gatehouse/test-support/expect-problem'

/**
 * Expects a 400 page that redirects to the problem page with this code, sets no cookie and repeats no input
 * but a page of this app.
 */
export function expectRefusedLink(
  answer: Answer,
  code: 'invalid_link' | 'failed',
  returnTo?: string,
): void {
  expect({ status: answer.status, cookies: answer.setCookies }).toEqual({
    status: 400,
    cookies: [],
  })
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expectSafeHeaders(answer)
  const page =
    /^0; url=(\/sign-in-problem\?\S+)$/.exec(String(answer.headers['refresh']))?.[1] ?? ''
  const { searchParams } = new URL(page, 'http://localhost')
  expect(Object.fromEntries(searchParams)).toEqual({
    code,
    id: expect.stringMatching(/^[\w-]+$/) as unknown,
    ...(returnTo !== undefined && { returnTo }),
  })
  expect(answer.text).toContain(page.replaceAll('&', '&amp;'))
}
