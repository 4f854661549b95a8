import type { Users } from '@gatehouse/shared/users'
import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

async function page(browser: Browser, query: Record<string, string> = {}): Promise<Users> {
  const answer = await browser.get(`/api/users?${new URLSearchParams(query).toString()}`)
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
  return answer.json() as Users
}

/** Fetches all pages. */
async function allPages(browser: Browser, query: Record<string, string>): Promise<Users[]> {
  const pages = [await page(browser, query)]
  for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) {
    pages.push(await page(browser, { cursor: next }))
  }
  return pages
}

/** The queries that Graph received. */
function graphQueries(): Record<string, string | string[]>[] {
  const calls = gatehouse()
    .tenant.journal.entries()
    .filter(({ endpoint }) => endpoint === 'users')
  return calls.map(({ query }) => query)
}

describe('the list of users', () => {
  it('has five by default, and exactly the contract’s fields', async () => {
    const { users, total, next } = await page(await gatehouse().signedIn())
    expect([users.length, total, typeof next]).toEqual([5, 250, 'string'])
    for (const user of users) {
      expect(Object.keys(user).toSorted()).toEqual([
        'displayName',
        'givenName',
        'id',
        'mail',
        'surname',
        'userPrincipalName',
      ])
    }
    expect(graphQueries()).toEqual([
      {
        $select: 'id,displayName,givenName,surname,mail,userPrincipalName',
        $top: '5',
        $count: 'true',
      },
    ])
  })

  it('goes on page by page to the end, each user once, with the true total on every page', async () => {
    const pages = await allPages(await gatehouse().signedIn(), { top: '40', sort: 'name' })
    expect(pages.map(({ users }) => users.length)).toEqual([40, 40, 40, 40, 40, 40, 10])
    expect(pages.map(({ total }) => total)).toEqual(Array(7).fill(250))
    const ids = pages.flatMap(({ users }) => users.map(({ id }) => id))
    expect(ids.toSorted()).toEqual(
      gatehouse()
        .tenant.users.map(({ id }) => id)
        .toSorted(),
    )
  })

  it('is sorted by name, both ways', async () => {
    const browser = await gatehouse().signedIn()
    const names = async (sort: string) =>
      (await page(browser, { sort, top: '100' })).users.map(({ displayName }) => displayName ?? '')
    const { compare } = new Intl.Collator('en')
    const upwards = await names('name')
    expect(upwards).toEqual(upwards.toSorted(compare))
    const downwards = await names('-name')
    expect(downwards).toEqual(downwards.toSorted((a, b) => compare(b, a)))
    expect(downwards[0]).not.toBe(upwards[0])
  })

  it.each([
    ['name', 'a'],
    ['-name', undefined],
  ])('has every page by its number, the same as by cursors: %s, %s', async (sort, search) => {
    const browser = await gatehouse().signedIn()
    const list = { sort, top: '9', ...(search && { search }) }
    const pages = await allPages(browser, list)
    const ids = ({ users }: Users) => users.map(({ id }) => id)
    expect(pages.length).toBeGreaterThan(3)
    const numbered = await Promise.all(
      pages.map((_, index) => page(browser, { ...list, page: String(index + 1) })),
    )
    expect(numbered.map(({ users, total }) => ({ users, total }))).toEqual(
      pages.map(({ users, total }) => ({ users, total })),
    )
    // Each leads to the next one, and its cursor helps to find the one before it.
    const cursors = numbered.flatMap(({ next }) => next ?? [])
    expect(cursors).toHaveLength(pages.length - 1)
    const following = await Promise.all(cursors.map((cursor) => page(browser, { cursor })))
    expect(following.map(ids)).toEqual(pages.slice(1).map(ids))
    const before = await Promise.all(
      cursors
        .slice(1)
        .map((cursor, index) => page(browser, { ...list, page: String(index + 1), cursor })),
    )
    expect(before.map(ids)).toEqual(pages.slice(0, -2).map(ids))
  })

  it('ends with the last page, whatever number is asked for', async () => {
    const browser = await gatehouse().signedIn()
    const list = { sort: 'name', top: '25' }
    const last = await page(browser, { ...list, page: '10' })
    expect(last.users).toHaveLength(25)
    expect(await page(browser, { ...list, page: '999999' })).toEqual({ ...last, next: null })
    const nobody = { users: [], total: 0, next: null }
    expect(await page(browser, { ...list, search: 'zzzzzz', page: '3' })).toEqual(nobody)
  })

  it('is searched by name and address, and the search goes on with the cursor', async () => {
    const browser = await gatehouse().signedIn()
    const [user] = gatehouse().tenant.users
    const found = await page(browser, { search: user?.givenName ?? '' })
    expect(found.users.map(({ id }) => id)).toContain(user?.id)
    expect((await page(browser, { search: user?.userPrincipalName ?? '' })).total).toBe(1)

    const pages = await allPages(browser, { search: 'a', top: '5', sort: 'name' })
    const total = pages[0]?.total ?? 0
    expect(total).toBeGreaterThan(5)
    expect(total).toBeLessThan(250)
    expect(pages.flatMap(({ users }) => users)).toHaveLength(total)
  })

  it('is empty if no user matches the search', async () => {
    expect(await page(await gatehouse().signedIn(), { search: 'zzzzzz' })).toEqual({
      users: [],
      total: 0,
      next: null,
    })
  })

  it.each([
    '"',
    '\\',
    '" OR "mail:a',
    'a" AND "b',
    '):(',
    'displayName:x',
    '&$top=999',
    'é̂漢',
    '%22',
    '*',
  ])('takes a search as words, whatever it holds: %s', async (search) => {
    const { users } = await page(await gatehouse().signedIn(), { search })
    expect(users.length).toBeLessThanOrEqual(5)
    const [query] = graphQueries()
    expect(Object.keys(query ?? {}).toSorted()).toEqual(['$count', '$search', '$select', '$top'])
  })

  it.each([
    'top=0',
    'page=0',
    'page=-3',
    'page=1000001',
    'page=x',
    'top=101',
    'top=-1',
    'top=1.5',
    'top=5%26$expand=x',
    'top=',
    'top=5&top=5',
    'sort=displayName',
    'sort=',
    'search=',
    `search=${'a'.repeat(101)}`,
    'search=a&search=b',
    '$top=5',
    '$select=*',
    '$filter=x',
    '$expand=manager',
    'filter=x',
    'skip=5',
    'next=https://evil.test/',
    'cursor=',
    `cursor=${'a'.repeat(5e3)}`,
    'cursor=https://graph.microsoft.com/v1.0/users',
    'cursor=//evil.test',
    'cursor=http://169.254.169.254/',
    'cursor=file:///etc/passwd',
    'cursor=AAAA',
  ])('refuses %s and asks Graph nothing', async (query) => {
    const answer = await (await gatehouse().signedIn()).get(`/api/users?${query}`)
    expectProblem(answer, 400, 'invalid_request')
    expect(graphQueries()).toEqual([])
  })
})

describe('a cursor', () => {
  it('is of no use to another session, not even of the same user', async () => {
    const { next } = await page(await gatehouse().signedIn())
    const other = await gatehouse().signedIn()
    const answer = await other.get(`/api/users?cursor=${next}`)
    expect(expectProblem(answer, 400, 'invalid_request').detail).toContain('cursor')
  })

  it('is refused if one character was changed', async () => {
    const browser = await gatehouse().signedIn()
    const next = (await page(browser)).next ?? ''
    gatehouse().tenant.journal.clear()
    for (let at = 0; at < next.length - 1; at += 7) {
      const other = next[at] === 'A' ? 'B' : 'A'
      const cursor = `${next.slice(0, at)}${other}${next.slice(at + 1)}`
      const { status } = await browser.get(`/api/users?cursor=${cursor}`)
      expect([at, status]).toEqual([at, 400])
    }
    expect(graphQueries()).toEqual([])
  })

  it('reveals nothing of Graph’s own link', async () => {
    const { next } = await page(await gatehouse().signedIn())
    expect(Buffer.from(next ?? '', 'base64url').toString('latin1')).not.toMatch(/http|skip|127\.0/)
  })
})

describe('a cursor with the longest place that a link can have', () => {
  const user = { id: '1', displayName: null, givenName: null, surname: null, mail: null }
  const users = Array.from({ length: 100 }, () => ({ ...user, userPrincipalName: 'a' }))

  it.each([
    ['of backslashes', '\\'.repeat(690), {}],
    ['of backslashes, beside a page by its number', '\\'.repeat(690), { page: '2' }],
    ['of letters, beside a page by its number', 'a'.repeat(2080), { page: '2' }],
  ])('fits into a seal, and is accepted: %s', async (_what, token, place) => {
    const { tenant } = gatehouse()
    const nextLink = `${tenant.graphUrl}/users?$skiptoken=${token}`
    const body = JSON.stringify({ value: users, '@odata.count': 900, '@odata.nextLink': nextLink })
    const contentType = 'application/json'
    tenant.faults.set({ at: 'users', kind: 'respond', status: 200, contentType, body })
    const browser = await gatehouse().signedIn()
    const { next } = await page(browser, { search: '"'.repeat(100), top: '100', ...place })
    expect(await page(browser, { cursor: String(next) })).toMatchObject({ total: 900 })
  })
})
