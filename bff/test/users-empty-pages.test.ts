import type { Users } from '@gatehouse/shared/users'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { askToken, tokenIn, tokenRoute } from '@gatehouse/test-support/token-route'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp({ extend: (app: FastifyInstance) => tokenRoute(app) })
let browser: Browser
/** Graph's own link to the second page of five. */
let link: string

beforeAll(async () => {
  browser = gatehouse().browser()
  await browser.signIn()
  const token = tokenIn(await askToken(browser, 'User.ReadBasic.All'))
  const answer = await fetch(`${gatehouse().tenant.graphUrl}/users?$top=5`, {
    headers: { authorization: `Bearer ${token}` },
  })
  link = ((await answer.json()) as { '@odata.nextLink': string })['@odata.nextLink']
})

/** The next pages are empty, and say that there is more; what follows is the second page. */
function empty(times: number, patch: Record<string, unknown> = {}): void {
  gatehouse().tenant.faults.set({
    at: 'users',
    kind: 'graphResponse',
    patch: { value: [], '@odata.nextLink': link, ...patch },
    times,
  })
}

/** Sets Graph's answer to every request. */
function answers(body: object): void {
  gatehouse().tenant.faults.clear()
  gatehouse().tenant.faults.set({ at: 'users', kind: 'respond', status: 200, body })
}

async function page(query = ''): Promise<Users> {
  const answer = await browser.get(`/api/users${query}`)
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
  return answer.json() as Users
}

function calls() {
  return gatehouse()
    .tenant.journal.entries()
    .filter(({ endpoint }) => endpoint === 'users')
}

const ids = (from: number, to: number) =>
  gatehouse()
    .tenant.users.slice(from, to)
    .map(({ id }) => id)

describe('empty pages from Graph', () => {
  it.each([1, 2, 5])('are followed to the first page with a user: %d', async (times) => {
    empty(times)
    const { users, total, next } = await page()
    expect(users.map(({ id }) => id)).toEqual(ids(5, 10))
    expect([total, typeof next]).toEqual([250, 'string'])
    expect(calls()).toHaveLength(times + 1)
    for (const { headers, path, query } of calls()) {
      expect([headers['consistencylevel'], path]).toEqual(['eventual', '/v1.0/users'])
      expect(query).toMatchObject({ $top: '5', $count: 'true' })
    }
    expect(Object.hasOwn(calls()[0]?.query ?? {}, '$skiptoken')).toBe(false)
    const tokens = calls().map(({ query }) => query['$skiptoken'])
    expect(new Set(tokens.slice(1))).toEqual(
      new Set([new URL(link).searchParams.get('$skiptoken')]),
    )
  })

  it('are followed with the same query', async () => {
    empty(2)
    await page('?search=a&sort=-name&top=7')
    const [first, ...others] = calls().map(({ query }) => ({ ...query, $skiptoken: '' }))
    expect(others).toEqual([first, first])
    expect(first).toMatchObject({ $top: '7', $orderby: 'displayName desc' })
    expect(first).toHaveProperty('$search')
  })

  it('are followed five times and no more, and the answer then has a cursor', async () => {
    empty(100)
    const { users, total, next } = await page()
    expect([users, total]).toEqual([[], 250])
    expect(calls()).toHaveLength(6)
    gatehouse().tenant.faults.clear()
    const second = await page(`?cursor=${next}`)
    expect(second.users.map(({ id }) => id)).toEqual(ids(5, 10))
    expect(second.total).toBe(250)
  })

  it('in the middle of the list keep the total as well', async () => {
    const { next } = await page()
    empty(3)
    const second = await page(`?cursor=${next}`)
    expect(second.users).toHaveLength(5)
    expect(second.total).toBe(250)
  })

  it('at the end of the list are the end', async () => {
    empty(1, { '@odata.nextLink': undefined })
    expect(await page()).toEqual({ users: [], total: 250, next: null })
    expect(calls()).toHaveLength(1)
  })

  it('take the total from the page that has it', async () => {
    empty(1, { '@odata.count': undefined })
    expect((await page()).total).toBeNull()
    expect(calls()).toHaveLength(2)
  })

  it('that lead to a failure are that failure', async () => {
    empty(2)
    const failing = { kind: 'graphError', status: 429, code: 'TooManyRequests' } as const
    const when = ({ url }: { url: string }) => url.includes('skiptoken')
    gatehouse().tenant.faults.set({ at: 'users', ...failing, retryAfter: '7', when })
    const answer = await browser.get('/api/users')
    expectProblem(answer, 429, 'too_many_requests')
    expect(answer.headers['retry-after']).toBe('7')
    expect(calls()).toHaveLength(2)
  })
})

describe('a next link that cannot be followed', () => {
  const other = 'https://graph.test/v1.0/users?$skiptoken=x'
  it.each([
    ['has no token', '/v1.0/users?$top=5'],
    ['has an empty one', '/v1.0/users?$skiptoken='],
    ['repeats the query of the list alone', '/v1.0/users?top=5&%24COUNT=true&$select=id'],
    ['is no link', 'skiptoken'],
    ['is empty', ''],
    ['leads to another host', other],
    ['leads to another port', new URL(other).href.replace('graph.test', '127.0.0.1:9')],
    ['leads to another scheme', 'javascript:alert(1)?$skiptoken=x'],
    ['is no address at all', 'http://[?$skiptoken=x'],
  ])('is 502, and no list that seems to end, if it %s', async (_what, hostile) => {
    empty(1, { '@odata.nextLink': hostile })
    expectProblem(await browser.get('/api/users'), 502, 'upstream_failed')
    expect(calls()).toHaveLength(1)
  })

  it.each([2101, 100_000, 1_000_000])('is 502 with a token of %d characters', async (size) => {
    empty(1, { '@odata.nextLink': `/v1.0/users?$skiptoken=${'a'.repeat(size)}` })
    expectProblem(await browser.get('/api/users'), 502, 'upstream_failed')
    expect(calls()).toHaveLength(1)
  })

  it('is followed with the longest token, and the cursor that holds it is accepted', async () => {
    const search = '漢'.repeat(100)
    const token = 'a'.repeat(2048)
    answers({ value: [], '@odata.nextLink': `/v1.0/users?$skiptoken=${token}` })
    const { next } = await page(`?search=${encodeURIComponent(search)}&sort=-name&top=100`)
    answers({ value: [] })
    await page(`?cursor=${next}`)
    expect(calls().at(-1)?.query['$skiptoken']).toBe(token)
  })
})

describe('a page token that Graph has forgotten', () => {
  const expired = (status: number, code: string, innerError?: object) => ({
    kind: 'respond' as const,
    status,
    body: { error: { code, message: 'The token of Ada Lovelace is too old', innerError } },
  })

  it.each([
    ['its code', expired(400, 'Directory_ExpiredPageToken')],
    ['its older code', expired(400, 'Directory_ExpiredSkipToken')],
    ['an inner code', expired(400, 'BadRequest', { code: 'Directory_ExpiredPageToken' })],
    ['410 and a code', expired(410, 'SyncStateNotFound')],
    ['410 alone', { kind: 'respond' as const, status: 410 }],
    ['resyncRequired', expired(410, 'resyncRequired')],
  ])('is a cursor that is too old, by %s', async (_what, fault) => {
    const { next } = await page()
    gatehouse().tenant.faults.set({ at: 'users', ...fault, times: 1 })
    const answer = await browser.get(`/api/users?cursor=${next}`)
    const problem = expectProblem(answer, 400, 'invalid_request')
    expect(problem.detail).toContain('cursor')
    expect(problem).not.toHaveProperty('api')
    expect(answer.text).not.toContain('Lovelace')
    expect((await page()).users).toHaveLength(5)
  })

  it('is not assumed for other failures of a later page', async () => {
    const { next } = await page()
    for (const [status, ours, code] of [
      [400, 400, 'invalid_request'],
      [404, 404, 'not_found'],
      [500, 502, 'upstream_failed'],
    ] as const) {
      gatehouse().tenant.faults.clear()
      gatehouse().tenant.faults.set({ at: 'users', ...expired(status, 'Request_BadRequest') })
      const { api, detail } = expectProblem(
        await browser.get(`/api/users?cursor=${next}`),
        ours,
        code,
      )
      expect(api).toBe('graph')
      expect(detail).not.toContain('cursor')
    }
  })
})

it.each(['Request_UnsupportedQuery', 'Request_BadRequest', 'BadRequest'])(
  'a search that Graph refuses is refused input of Graph: %s',
  async (code) => {
    const body = { error: { code, message: 'Syntax error at "Lovelace"' } }
    gatehouse().tenant.faults.set({ at: 'users', kind: 'respond', status: 400, body })
    const answer = await browser.get('/api/users?search=Lovelace')
    const problem = expectProblem(answer, 400, 'invalid_request')
    expect(problem.api).toBe('graph')
    expect(answer.text).not.toMatch(/Lovelace|Request_/)
    expect(answer.headers['retry-after']).toBeUndefined()
  },
)
