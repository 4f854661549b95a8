/** Expects a sign-in to be refused, and to leave nothing in the store or the browser. */
import { expect } from 'vitest'
import type { Answer } from '@gatehouse/tenant/testing'
import type { Gatehouse } from '@gatehouse/test-support/gatehouse'
import { sessionCount } from './store-file.ts'

/** The code for the problem page, if an answer redirects to it. */
export function problemPageCode(answer: Answer): string | undefined {
  const { pathname, searchParams } = new URL(answer.location, 'http://localhost')
  return pathname === '/sign-in-problem' ? (searchParams.get('code') ?? undefined) : undefined
}

/** Sets the session cookie to a value, rather than clearing it. */
export function startsSession({ setCookies }: Answer): boolean {
  return setCookies.some((line) => /^(?:__Host-session|session-\d+)=[^;]/.test(line))
}

/** Sends what must lead on, and make no session. */
async function expectNoSession(gatehouse: Gatehouse, send: () => Promise<Answer>): Promise<Answer> {
  const before = sessionCount(gatehouse)
  const answer = await send()
  const facts = {
    status: answer.status,
    starts: startsSession(answer),
    left: sessionCount(gatehouse) - before,
  }
  expect(facts).toEqual({ status: 303, starts: false, left: 0 })
  return answer
}

/** Runs a sign-in that must be refused. @returns the problem page's code */
export async function expectRefusedSignIn(
  gatehouse: Gatehouse,
  signIn: () => Promise<Answer>,
): Promise<string | undefined> {
  const answer = await expectNoSession(gatehouse, signIn)
  const code = problemPageCode(answer)
  expect(code).toMatch(/^[a-z_]+$/)
  expect(answer.location).toMatch(/[?&]id=[\w-]{12}-[0-9a-z]+(?:&|$)/)
  expect(answer.headers['cache-control']).toBe('no-store')
  return code
}

/** Runs a callback that must begin a new sign-in, and nothing else. @returns the authorize URL */
export async function expectRestart(
  gatehouse: Gatehouse,
  send: () => Promise<Answer>,
): Promise<URL> {
  const answer = await expectNoSession(gatehouse, send)
  expect(answer.headers['cache-control']).toBe('no-store')
  const url = new URL(answer.location)
  expect(url.origin).toBe(gatehouse.tenant.origin)
  expect(url.pathname).toMatch(/\/oauth2\/v2\.0\/authorize$/)
  return url
}
