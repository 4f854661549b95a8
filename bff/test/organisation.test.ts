import type { Organisation } from '@gatehouse/shared/organisation'
import type { Fault } from '@gatehouse/tenant'
import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const scopes = ['User.Read', 'User.ReadBasic.All']
const gatehouse = useTestApp({ config: { scopes } })

async function organisationOf(browser: Browser): Promise<Organisation> {
  const answer = await browser.get('/api/organisation')
  expect(answer.status).toBe(200)
  return answer.json() as Organisation
}

const asked = () =>
  gatehouse()
    .tenant.journal.entries()
    .filter(({ endpoint }) => endpoint === 'organization')

describe('the organisation', () => {
  it('has the name that Graph gives it, for the signed-in', async () => {
    const { tenantId } = gatehouse().tenant
    const name = 'Local tenant'
    expect(await organisationOf(await gatehouse().signedIn())).toEqual({ tenantId, name })
    expect(asked().map(({ query }) => query)).toEqual([{ $select: 'id,displayName' }])
    const stranger = await gatehouse().browser().get('/api/organisation')
    expectProblem(stranger, 401, 'sign_in_required')
  })

  it('is not requested by a sign-in or by the session', async () => {
    const browser = await gatehouse().signedIn()
    for (const path of ['/api/session', '/api/me'])
      expect((await browser.get(path)).status).toBe(200)
    expect(asked()).toEqual([])
  })

  const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
  const answer = (value: unknown): Fault => ({
    at: 'organization',
    kind: 'graphResponse',
    patch: { value },
  })
  it.each<[string, Fault]>([
    ['says no', { at: 'organization', kind: 'graphError', status: 403, code: 'Denied' }],
    ['refuses the token', { at: 'organization', kind: 'graphError', status: 401, code: 'Token' }],
    ['throttles', { at: 'organization', kind: 'graphError', status: 429, code: 'TooMany' }],
    ['fails', { at: 'organization', kind: 'graphError', status: 500, code: 'Error' }],
    ['hangs up', { at: 'organization', kind: 'reset' }],
    ['answers HTML', { at: 'organization', kind: 'respond', status: 200, body: '<h1>' }],
    ['has no organisation', answer([])],
    ['has no list', answer(null)],
    ['names another organisation', answer([{ id: other, displayName: 'Another' }])],
    ['has no name', answer([{ id: other, displayName: null }])],
    ['has a name as long as a book', answer([{ id: other, displayName: 'x'.repeat(1e5) }])],
  ])('has no name where Graph %s, and nothing else is amiss', async (_what, fault) => {
    gatehouse().tenant.faults.set(fault)
    const browser = await gatehouse().signedIn()
    expect(await organisationOf(browser)).toMatchObject({ name: null })
    expect((await browser.get('/api/users')).status).toBe(200)
  })

  it('is 401 if the session ends while Graph is asked', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().tenant.faults.set({
      at: 'organization',
      kind: 'respondWith',
      answer: async () => {
        await browser.post('/auth/sign-out')
        return { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } }
      },
    })
    const cookie = await browser.cookieHeader()
    const ended = await browser.send('/api/organisation', { cookie })
    expect(expectProblem(ended, 401, 'sign_in_required').api).toBeUndefined()
  })

  it('is the one with the tenant’s id if Graph returns several', async () => {
    const id = gatehouse().tenant.tenantId.toUpperCase()
    const both = [
      { id: other, displayName: 'Another' },
      { id, displayName: 'This one' },
    ]
    gatehouse().tenant.faults.set(answer(both))
    expect(await organisationOf(await gatehouse().signedIn())).toMatchObject({ name: 'This one' })
  })
})
