import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let token: string
const eventual = { consistencylevel: 'eventual' }

beforeAll(async () => {
  tenant = await createTenant({ users: 300 })
  const user = people(tenant).administrator.id
  const scope = 'openid User.Read.All Group.Read.All Directory.Read.All'
  token = (await signIn(tenant, { scope }, { user })).access_token
})
afterAll(() => tenant.close())

interface Page {
  value?: Record<string, unknown>[]
  error?: { code: string; message: string }
  '@odata.count'?: number
  '@odata.nextLink'?: string
}

async function ask(path: string, options: Record<string, string>, headers = {}) {
  const query = new URLSearchParams(options).toString()
  const { status, body } = await graph(tenant, token, 'GET', `${path}?${query}`, undefined, headers)
  return { status, body: body as Page }
}

const users = (options: Record<string, string>, headers = {}) => ask('/users', options, headers)
const names = ({ body }: { body: Page }) => body.value?.map(({ displayName }) => displayName)

/** A query that needs the header and `$count=true`, which it has here. */
const advanced = ($filter: string, more = {}) =>
  users({ $filter, $count: 'true', $top: '999', ...more }, eventual)

describe('an advanced query', () => {
  it.each([
    "endsWith(mail,'partner.example')",
    "displayName ne 'Nora Hill'",
    "not startswith(displayName,'N')",
    "companyName eq 'Partner'",
    "startswith(officeLocation,'North')",
    "mobilePhone eq '1'",
    'jobTitle eq null',
    'assignedLicenses/$count eq 0',
    "proxyAddresses/any(p:endsWith(p,'partner.example'))",
    "businessPhones/any(p:startswith(p,'+1'))",
    "employeeOrgData/division eq 'Finance'",
    'employeeHireDate ge 2020-01-01T00:00:00Z',
  ])('is refused without header or without count, and answered with both: %s', async ($filter) => {
    const refused = ['Request_UnsupportedQuery', 400]
    for (const [options, headers] of [
      [{ $filter }, {}],
      [{ $filter, $count: 'true' }, {}],
      [{ $filter }, eventual],
    ] as const) {
      const { status, body } = await users(options, headers)
      expect([body.error?.code, status]).toEqual(refused)
    }
    expect((await advanced($filter)).status).toBe(200)
  })

  it('says which operator needs it, in the words that Graph documents', async () => {
    const { body } = await users({ $filter: "endsWith(mail,'x')" })
    expect(body.error?.message).toMatch(
      /^Operator 'endsWith' is not supported because the required/,
    )
  })

  it.each(['createdDateTime', 'createdDateTime desc'])('is sorting by %s', async ($orderby) => {
    expect((await users({ $orderby })).body.error?.code).toBe('Request_UnsupportedQuery')
    const { body } = await users(
      { $orderby, $count: 'true', $select: 'createdDateTime', $top: '999' },
      eventual,
    )
    const times = body.value?.map(({ createdDateTime }) => String(createdDateTime)) ?? []
    const sorted = times.toSorted()
    expect(times).toEqual($orderby.endsWith('desc') ? sorted.toReversed() : sorted)
  })

  it('is a filter with an order', async () => {
    const options = { $filter: "startswith(displayName,'a')", $orderby: 'displayName' }
    expect((await users(options)).body.error?.message).toBe(
      'Sorting not supported for current query.',
    )
    expect((await users({ ...options, $count: 'true' }, eventual)).status).toBe(200)
  })

  it('has no $expand', async () => {
    const options = { $expand: 'memberOf', $count: 'true' }
    expect((await users(options, eventual)).status).toBe(400)
    expect((await users({ $expand: 'memberOf', $top: '1' })).status).toBe(200)
  })
})

describe('a filter', () => {
  const own = (fits: (user: Tenant['users'][number]) => boolean) =>
    tenant.users.filter(fits).map(({ displayName }) => displayName)

  it('without advanced operators needs neither header nor count', async () => {
    const answer = await users({ $filter: "department eq 'Finance'", $top: '999' })
    expect(names(answer)).toEqual(own(({ department }) => department === 'Finance'))
    const inTwo = await users({ $filter: "department in ('Finance','Sales')", $top: '999' })
    expect(names(inTwo)).toEqual(own(({ department }) => /Finance|Sales/.test(department ?? '')))
  })

  it('binds and tighter than or, and parentheses tighter than both', async () => {
    const a = "startswith(displayName,'a')"
    const either = `${a} or department eq 'Finance' and accountEnabled eq false`
    const startsWithA = (name: string) => name.toLowerCase().startsWith('a')
    expect(names(await users({ $filter: either, $top: '999' }))).toEqual(
      own(
        ({ displayName, department, accountEnabled }) =>
          startsWithA(displayName) || (department === 'Finance' && !accountEnabled),
      ),
    )
    const both = `(${a} or department eq 'Finance') and accountEnabled eq false`
    expect(names(await users({ $filter: both }))).toEqual(
      own(
        ({ displayName, department, accountEnabled }) =>
          !accountEnabled && (startsWithA(displayName) || department === 'Finance'),
      ),
    )
  })

  it('tells null from a value', async () => {
    const without = await advanced('jobTitle eq null')
    expect(without.body.value?.map(({ jobTitle }) => jobTitle)).toEqual([null])
    expect(without.body['@odata.count']).toBe(1)
    expect((await advanced('jobTitle ne null')).body['@odata.count']).toBe(299)
  })

  it('compares dates as times', async () => {
    const $filter = 'createdDateTime ge 2020-01-01 and createdDateTime le 2020-12-31T23:59:59Z'
    const { body } = await users({ $filter, $select: 'createdDateTime', $top: '999' })
    const times = body.value?.map(({ createdDateTime }) => String(createdDateTime)) ?? []
    expect(times.length).toBeGreaterThan(5)
    expect(times.filter((time) => !time.startsWith('2020-'))).toEqual([])
  })

  it('looks into lists by any, with ids as strings or as they are', async () => {
    const guest = people(tenant).guest
    const mail = guest.mail ?? ''
    const found = await users({ $filter: `otherMails/any(m:m eq '${mail}')` })
    expect(names(found)).toEqual([guest.displayName])
    const sku = '078d2b04-f1bd-4111-bbd4-b4b1b354cef4'
    for (const literal of [sku, `'${sku}'`]) {
      const licensed = await users({
        $filter: `assignedLicenses/any(a:a/skuId eq ${literal})`,
        $top: '999',
      })
      expect(licensed.body.value).toHaveLength(299)
    }
    const groups = await ask('/groups', { $filter: "groupTypes/any(c:c eq 'Unified')" })
    expect(names(groups)).toContain('Town hall')
  })

  it.each([
    ["displayName gt 'a'", 'Request_UnsupportedQuery'],
    ["contains(displayName,'a')", 'Request_UnsupportedQuery'],
    ["otherMails eq 'a'", 'Request_UnsupportedQuery'],
    ["aboutMe eq 'a'", 'Request_UnsupportedQuery'],
    ["endsWith(displayName,'a')", 'Request_UnsupportedQuery'],
    ['accountEnabled eq null', 'Request_UnsupportedQuery'],
    ["accountEnabled eq 'true'", 'BadRequest'],
    ["createdDateTime ge '2020-01-01'", 'BadRequest'],
    ["nothing eq 'a'", 'BadRequest'],
    ["displayName eq 'a' and", 'BadRequest'],
    ["(displayName eq 'a'", 'BadRequest'],
    ["displayName eq 'a')", 'BadRequest'],
    ["displayName eq 'a", 'BadRequest'],
    // A name with an apostrophe, as a person types it, that was not doubled.
    ["startswith(displayName,'O'')", 'BadRequest'],
    ["displayName eq 'a' '", 'BadRequest'],
    ["displayName in ('a'')", 'BadRequest'],
    ["displayName eq '", 'BadRequest'],
    ["otherMails/any(m:n eq 'a')", 'BadRequest'],
    ["otherMails/all(m:m eq 'a')", 'BadRequest'],
  ])('is refused: %s', async ($filter, code) => {
    const { status, body } = await advanced($filter)
    expect([status, body.error?.code]).toEqual([400, code])
  })

  it.each([
    ['2,000 parentheses', `${'('.repeat(2_000)}accountEnabled eq true${')'.repeat(2_000)}`],
    ['2,000 times not', `${'not '.repeat(2_000)}accountEnabled eq true`],
    ['16 clauses with or', Array(16).fill("displayName eq 'a'").join(' or ')],
    ['16 values of in', `displayName in (${Array(16).fill("'a'").join(',')})`],
  ])('is refused with %s', async (_, $filter) => {
    expect((await advanced($filter)).status).toBe(400)
  })

  it('takes names in any case, and 15 values', async () => {
    const values = Array.from({ length: 15 }, (_, place) => `'${tenant.users[place]?.id}'`)
    const answer = await users({ $filter: `ID in (${values.join(',')})`, $select: 'DISPLAYNAME' })
    expect(answer.body.value).toHaveLength(15)
    expect(Object.keys(answer.body.value?.[0] ?? {})).toEqual(['displayName'])
  })
})

describe('a query for one object', () => {
  it.each([{ $filter: "userType eq 'Guest'" }, { $orderby: 'displayName' }, { $top: '1' }])(
    'is refused with an option of lists: %j',
    async (option) => {
      const one = tenant.users[0]?.id ?? ''
      for (const path of ['/me', `/users/${one}`, `/users/${one}/manager`]) {
        const { status, body } = await ask(path, option)
        expect([status, body.error]).toMatchObject([
          400,
          { message: expect.stringContaining('The requested resource is not a collection.') },
        ])
      }
    },
  )

  it('takes what is of single objects', async () => {
    const options = { $expand: 'manager($levels=max;$select=id)', $select: 'id', $count: 'true' }
    expect((await ask('/me', options, eventual)).status).toBe(200)
  })
})

describe('$search', () => {
  it('takes parentheses in each other, and refuses what would exhaust the stack', async () => {
    const nested = (levels: number) => `${'('.repeat(levels)}"displayName:a"${')'.repeat(levels)}`
    expect((await users({ $search: nested(40) }, eventual)).status).toBe(200)
    for (const levels of [41, 2_000]) {
      expect((await users({ $search: nested(levels) }, eventual)).status).toBe(400)
    }
  })

  it.each(['"displayName:a" "', '"displayName:a"b"', '"displayName:a', '"', 'displayName:a'])(
    'is refused: %s',
    async ($search) => {
      expect((await users({ $search }, eventual)).status).toBe(400)
    },
  )
})

describe('$count', () => {
  it('is ignored in a query without the header', async () => {
    const { status, body } = await users({ $count: 'true', $top: '1' })
    expect([status, '@odata.count' in body]).toEqual([200, false])
    expect((await users({ $count: 'true', $top: '1' }, eventual)).body['@odata.count']).toBe(300)
    expect((await users({ $count: 'maybe' })).status).toBe(400)
  })

  it('as a segment is a number in plain text, and needs the header', async () => {
    const without = await ask('/users/$count', {})
    expect([without.status, without.body.error]).toMatchObject([
      400,
      { code: 'Request_BadRequest', message: '$count is not currently supported.' },
    ])
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${token}`, ...eventual }
      const answer = await fetch(tenant.graphUrl + path, { headers })
      return [answer.headers.get('content-type'), await answer.text()]
    }
    expect(await get('/users/$count')).toEqual([expect.stringMatching(/^text\/plain/), '300'])
    expect((await get("/users/$count?$filter=userType eq 'Guest'"))[1]).toBe('1')
    // The segment counts, so an advanced operator needs nothing more.
    expect((await get("/users/$count?$filter=userType ne 'Guest'"))[1]).toBe('299')
    expect((await get('/groups/$count'))[1]).toBe(String(248))
  })
})

describe('a page', () => {
  it('keeps filter and order in its next link, and gives each object once', async () => {
    const options = { $filter: "userType ne 'Guest'", $orderby: 'displayName', $count: 'true' }
    const seen: unknown[] = []
    let answer = await users({ ...options, $top: '70' }, eventual)
    expect(answer.body['@odata.count']).toBe(299)
    for (;;) {
      seen.push(...(answer.body.value ?? []).map(({ id }) => id))
      const link = answer.body['@odata.nextLink']
      if (link === undefined) break
      const path = link.slice(tenant.graphUrl.length)
      const next = await graph(tenant, token, 'GET', path, undefined, eventual)
      answer = { status: next.status, body: next.body }
    }
    expect(new Set(seen).size).toBe(299)
    expect(seen).toHaveLength(299)
  })

  it('takes options without the dollar sign, as Graph does', async () => {
    const { body } = await users({ top: '2', select: 'id', unknown: 'x' })
    expect(body.value).toEqual(tenant.users.slice(0, 2).map(({ id }) => ({ id })))
  })
})

describe('applications and service principals', () => {
  it('are filtered as strictly, by properties of their own', async () => {
    const name = "displayName eq 'Microsoft Graph'"
    const found = await ask('/servicePrincipals', { $filter: `${name} or displayName eq 'x'` })
    expect(names(found)).toEqual(['Microsoft Graph'])
    const inList = await ask('/servicePrincipals', {
      $filter: "displayName in ('Microsoft Graph')",
    })
    expect(names(inList)).toEqual(['Microsoft Graph'])
    const $filter = `not (${name})`
    expect((await ask('/servicePrincipals', { $filter })).body.error?.code).toBe(
      'Request_UnsupportedQuery',
    )
    const others = await ask('/servicePrincipals', { $filter, $count: 'true' }, eventual)
    expect(names(others)).not.toContain('Microsoft Graph')
    expect(others.body['@odata.count']).toBe(others.body.value?.length)
    for (const wrong of ["nothing eq 'x'", "appRoles eq 'x'"]) {
      expect((await ask('/servicePrincipals', { $filter: wrong })).status).toBe(400)
    }
  })

  it('are sorted and searched in advanced queries only, and counted with the header only', async () => {
    const options = { $orderby: 'displayName', $count: 'true' }
    expect((await ask('/servicePrincipals', options)).status).toBe(400)
    const sorted = names(await ask('/servicePrincipals', options, eventual))?.map(String) ?? []
    expect(sorted).toEqual(sorted.toSorted(new Intl.Collator('en').compare))
    const found = await ask('/servicePrincipals', { $search: '"displayName:graph"' }, eventual)
    expect(names(found)).toContain('Microsoft Graph')
    const { body } = await ask('/servicePrincipals', { $count: 'true' })
    expect(body).not.toHaveProperty('@odata.count')
  })
})
