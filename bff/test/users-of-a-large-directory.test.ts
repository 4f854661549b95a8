import type { Users } from '@gatehouse/shared/users'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const people = 5_000
const gatehouse = useTestApp({ tenant: { users: people } })

async function signedIn() {
  const browser = gatehouse().browser()
  await browser.signIn()
  return async (asked: Record<string, string>) => {
    gatehouse().tenant.journal.clear()
    const list = { top: '25', sort: 'name', ...asked }
    const answer = await browser.get(`/api/users?${new URLSearchParams(list).toString()}`)
    const entries = gatehouse().tenant.journal.entries()
    const blocks = entries.filter(({ query }) => query['$select'] === 'id').length
    return { answer, blocks }
  }
}

/** The ids of all users in the order of their names, as Graph has it. */
async function allIds(): Promise<string[]> {
  const ids: string[] = []
  const ask = await signedIn()
  let query: Record<string, string> = { top: '100' }
  for (;;) {
    const { answer } = await ask(query)
    const { users, next } = answer.json() as Users
    ids.push(...users.map(({ id }) => id))
    if (next === null) return ids
    query = { cursor: next, top: '100' }
  }
}

describe('a page of a large directory', () => {
  it('is found from the nearer end, and its neighbours from there', async () => {
    const ids = await allIds()
    const ask = await signedIn()
    const shown = ({ json }: { json: () => unknown }) => (json() as Users).users.map(({ id }) => id)
    const pageOf = (number: number) => ids.slice((number - 1) * 25, number * 25)
    // The directory has 200 pages, in six blocks.
    for (const [number, expected] of [
      [2, 1],
      [40, 2],
      [41, 2],
      [100, 3],
      // From the end; the first block has said how many there are.
      [160, 3],
      [199, 2],
      [200, 2],
    ] as const) {
      const { answer, blocks } = await ask({ page: String(number) })
      expect({ number, ids: shown(answer), blocks }).toEqual({
        number,
        ids: pageOf(number),
        blocks: expected,
      })
      const { next } = answer.json() as Users
      if (number === 200) continue
      const following = await ask({ cursor: String(next) })
      expect(shown(following.answer)).toEqual(pageOf(number + 1))
      expect(following.blocks).toBeLessThanOrEqual(2)
      const previous = await ask({ page: String(number - 1), cursor: String(next) })
      expect(shown(previous.answer)).toEqual(pageOf(number - 1))
      expect(previous.blocks).toBeLessThanOrEqual(2)
    }
  })

  it('takes no hint from the cursor of another list', async () => {
    const ask = await signedIn()
    const { next } = (await ask({ page: '100', sort: '-name' })).answer.json() as Users
    const plain = await ask({ page: '110' })
    const hinted = await ask({ page: '110', cursor: String(next) })
    expect(hinted.answer.json()).toMatchObject({ users: (plain.answer.json() as Users).users })
    // The way is as long as without a cursor.
    expect(hinted.blocks).toBe(plain.blocks)
  })

  it('is found from the beginning if Graph has forgotten the place near it', async () => {
    const ask = await signedIn()
    const { next, users } = (await ask({ page: '100' })).answer.json() as Users
    const expired = { status: 400, code: 'Directory_ExpiredPageToken' }
    const when = ({ query }: { query: unknown }) => '$skiptoken' in (query as object)
    gatehouse().tenant.faults.set({ at: 'users', kind: 'graphError', ...expired, times: 1, when })
    const { answer, blocks } = await ask({ page: '100', cursor: String(next) })
    expect((answer.json() as Users).users).toEqual(users)
    // The one that failed, and the three on the way.
    expect(blocks).toBe(4)
  })

  it('is a problem if Graph fails on the way', async () => {
    const ask = await signedIn()
    const busy = { kind: 'graphError', status: 429, code: 'TooManyRequests' } as const
    gatehouse().tenant.faults.set({ at: 'users', ...busy, retryAfter: '7' })
    const { answer } = await ask({ page: '100' })
    expectProblem(answer, 429, 'too_many_requests')
    expect(answer.headers['retry-after']).toBe('7')
  })
})
