import { describe, expect, it } from 'vitest'
import { callbackAt } from '../support/callback-at.ts'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { expectRefusedLink } from '../support/expect-refused-link.ts'
import { tokenRequests, type TokenForm } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function redeemed(): TokenForm[] {
  return tokenRequests(gatehouse().tenant)
}

describe('the form of a callback', () => {
  it.each(['form', 'no content'])('is never a POST: %s', async (body) => {
    const { browser, query } = await callbackAt(gatehouse())
    const answer = await browser.send('/auth/redirect', {
      method: 'POST',
      headers: { 'x-csrf': '1', 'content-type': 'application/x-www-form-urlencoded' },
      ...(body === 'form' && { body: query.toString() }),
    })
    expect([404, 405, 415]).toContain(answer.status)
    expect(redeemed()).toEqual([])
  })

  it.each([
    '/auth/redirect/',
    '/AUTH/redirect',
    '//auth/redirect',
    '/auth//redirect',
    '/auth/%72edirect/',
  ])('is accepted at one address only, not %s', async (path) => {
    const { browser, query } = await callbackAt(gatehouse())
    expectProblem(await browser.get(`${path}?${query.toString()}`), 404, 'not_found')
    expect(redeemed()).toEqual([])
  })

  it.each([
    ['a code of 12 kB', (query: URLSearchParams) => query.set('code', 'a'.repeat(12_000))],
    ['a state of 12 kB', (query: URLSearchParams) => query.set('state', 'a'.repeat(12_000))],
    ['a thousand more parameters', (query: URLSearchParams) => addMany(query)],
    ['a second state', (query: URLSearchParams) => query.append('state', 'x')],
    ['a second code', (query: URLSearchParams) => query.append('code', 'x')],
    [
      'a second error',
      (query: URLSearchParams) => (query.append('error', 'x'), query.append('error', 'y')),
    ],
  ])('is refused with %s', async (_what, change) => {
    const { query, send } = await callbackAt(gatehouse())
    change(query)
    // The state says where the person was going, if there is one of ours.
    const known = query.getAll('state').length === 1 && (query.get('state')?.length ?? 0) < 8192
    expectRefusedLink(await send(), 'failed', known ? '/users' : undefined)
    expect(redeemed()).toEqual([])
  })

  it('leads to the page, without the code, the state or a referrer', async () => {
    const { query, send } = await callbackAt(gatehouse())
    const answer = await send()
    expect([answer.status, answer.location]).toEqual([303, '/users'])
    expect(answer.headers['referrer-policy']).toBe('no-referrer')
    expect(answer.headers['cache-control']).toBe('no-store')
    const shown = JSON.stringify([answer.headers, answer.text])
    expect(shown).not.toContain(query.get('code'))
    expect(shown).not.toContain(query.get('state'))
  })
})

function addMany(query: URLSearchParams): void {
  for (let index = 0; index < 1000; index += 1) query.set(`p${index}`, '1')
}
