import { expect } from 'vitest'
import { visit, type Visitor } from '../visitor.ts'

/**
 * Signs in by the form of Auth.js, which NextAuth has too.
 *
 * @param base of its addresses, such as `http://localhost:3000/auth`
 * @returns its session
 */
export async function signInByAuthJs(visitor: Visitor, base: string, provider: string) {
  const csrf = await visit(visitor, `${base}/csrf`)
  const { csrfToken } = csrf.json() as { csrfToken: string }
  const back = `${base}/session`
  const asked = await visit(visitor, `${base}/signin/${provider}`, { csrfToken, callbackUrl: back })
  expect(asked.url.href).toBe(back)
  return asked.json()
}
