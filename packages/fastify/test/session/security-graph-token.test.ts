import { describe, expect, it } from 'vitest'
import { bearerObjectId } from '@gatehouse/test-support/bearer'
import { people } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { refreshes } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

function graphCalls() {
  return gatehouse()
    .tenant.journal.entries()
    .filter(({ endpoint }) => endpoint === 'users')
}

describe('a plain 403 from Graph', () => {
  it('is about the user: it is passed on, and no other token is tried', async () => {
    const browser = await gatehouse().signedIn()
    const code = 'Authorization_RequestDenied'
    gatehouse().tenant.faults.set({ at: 'users', kind: 'graphError', status: 403, code })
    expectProblem(await browser.get('/api/users'), 403, 'forbidden')
    expect(graphCalls()).toHaveLength(1)
    expect(refreshes(gatehouse().tenant)).toEqual([])
    gatehouse().tenant.faults.clear()
    expect((await browser.get('/api/users')).status).toBe(200)
  })
})

describe('a token that Graph refuses before it expires', () => {
  const refusing = { at: 'users', kind: 'graphError', status: 401 } as const
  const code = 'InvalidAuthenticationToken'

  it('is replaced once, and the call succeeds', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().tenant.faults.set({ ...refusing, code, times: 1 })
    expect((await browser.get('/api/users')).status).toBe(200)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
    const [first, second] = graphCalls().map(({ headers }) => headers['authorization'])
    expect(second).not.toBe(first)
    // The new token is kept.
    expect((await browser.get('/api/users')).status).toBe(200)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
    expect(graphCalls().at(-1)?.headers['authorization']).toBe(second)
  })

  it('is replaced once for many calls at the same time', async () => {
    const browser = await gatehouse().signedIn()
    await browser.get('/api/users')
    const old = graphCalls()[0]?.headers['authorization']
    gatehouse().tenant.faults.set({
      ...refusing,
      code,
      when: ({ headers }) => headers.authorization === old,
    })
    const all = Array.from({ length: 20 }, () => browser.get('/api/users'))
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses).toEqual(Array(20).fill(200))
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('leads to 401 and no loop if the next one is refused as well', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().tenant.faults.set({ ...refusing, code })
    const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
    expect(problem.reason).toBe('session_expired')
    expect(problem.signInUrl).toMatch(/^\/auth\/sign-in\?returnTo=/)
    expect(problem.detail).not.toContain(code)
    expect(graphCalls()).toHaveLength(2)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('affects no other user', async () => {
    const [refused, other] = [await gatehouse().signedIn(1), await gatehouse().signedIn(2)]
    const objectId = people(gatehouse().tenant).at(1).id
    const when = (request: Parameters<typeof bearerObjectId>[0]) =>
      bearerObjectId(request) === objectId
    gatehouse().tenant.faults.set({ ...refusing, code, when })
    expectProblem(await refused.get('/api/users'), 401, 'interaction_required')
    expect((await other.get('/api/users')).status).toBe(200)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })
})
