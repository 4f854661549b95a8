import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { consentForAll, signIn } from './application.ts'

interface GraphUser {
  id: string
  displayName: string
  [property: string]: unknown
}

interface Page {
  value: GraphUser[]
  '@odata.count'?: number
  '@odata.nextLink'?: string
  '@odata.context'?: string
  error?: { code: string; message: string; innerError: Record<string, string> }
}

let now = Date.now()
let tenant: Tenant
let basic: string
let full: string

beforeAll(async () => {
  const patchUsers = { 30: { displayName: 'Anna <b>"O\'Neil"</b>', surname: "O'Neil" } }
  tenant = await createTenant({ users: 300, now: () => now, patchUsers })
  basic = (await signIn(tenant, { scope: 'openid User.ReadBasic.All' })).access_token
  await consentForAll(tenant, 'User.Read.All')
  full = (await signIn(tenant, { scope: 'openid User.Read.All User.Read' })).access_token
})
afterAll(() => tenant.close())

const eventual = { consistencylevel: 'eventual' }

async function get(path: string, token = full, headers: Record<string, string> = {}) {
  const url = path.startsWith('http') ? path : tenant.graphUrl + path
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Page }
}

const query = (options: Record<string, string>) => `?${new URLSearchParams(options).toString()}`

describe('/users', () => {
  it('gives 100 by default, and each user once over all pages', async () => {
    const ids: string[] = []
    let path: string | undefined = '/users'
    const sizes: number[] = []
    while (path !== undefined) {
      const { body }: { body: Page } = await get(path)
      sizes.push(body.value.length)
      ids.push(...body.value.map((user) => user.id))
      path = body['@odata.nextLink']
    }
    expect(sizes).toEqual([100, 100, 100])
    expect(ids).toEqual(tenant.users.map((user) => user.id))
  })

  it('counts on the first page only, and keeps the options in the absolute next link', async () => {
    const options = query({ $count: 'true', $top: '7', $select: 'displayName' })
    const { body } = await get(`/users${options}`, full, eventual)
    expect(body['@odata.count']).toBe(300)
    expect(body['@odata.context']).toBe(`${tenant.graphUrl}/$metadata#users(displayName)`)
    expect(body['@odata.nextLink']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\.0\/users\?.*\$top=7/)
    const next = await get(body['@odata.nextLink'] ?? '', full, eventual)
    expect(next.body['@odata.count']).toBeUndefined()
    expect(next.body.value).toHaveLength(7)
  })

  it('shows the six basic properties to User.ReadBasic.All, and null for others', async () => {
    const listed = await get('/users?$top=1', basic)
    expect(Object.keys(listed.body.value[0] ?? {}).toSorted()).toEqual(
      ['displayName', 'givenName', 'id', 'mail', 'surname', 'userPrincipalName'].toSorted(),
    )
    const selected = await get('/users?$top=1&$select=id,jobTitle', basic)
    expect(selected.body.value[0]).toEqual({ id: people(tenant).first.id, jobTitle: null })
    const all = await get('/users?$top=1', full)
    expect(all.body.value[0]).toMatchObject({ jobTitle: people(tenant).first.jobTitle })
  })

  it.each([
    { $filter: 'accountEnabled eq true' },
    { $filter: "startswith(displayName,'N') and jobTitle eq 'Engineer'" },
    { $filter: 'assignedLicenses/$count eq 0', $count: 'true' },
    { $search: '"jobTitle:eng"' },
    { $orderby: 'createdDateTime', $count: 'true' },
  ])('does not let User.ReadBasic.All find out the others: %j', async (options) => {
    const path = `/users${query({ ...options, $top: '1' })}`
    expect((await get(path, full, eventual)).status).toBe(200)
    const refused = await get(path, basic, eventual)
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { error: { code: 'Authorization_RequestDenied' } },
    ])
  })

  it.each([
    { $filter: "startswith(displayName,'N') or mail eq 'x'" },
    { $search: '"displayName:n" OR "mail:n"', $orderby: 'displayName', $count: 'true' },
    { $filter: "startswith(surname,'H')", $orderby: 'userPrincipalName', $count: 'true' },
  ])('lets User.ReadBasic.All ask by what it sees: %j', async (options) => {
    expect((await get(`/users${query(options)}`, basic, eventual)).status).toBe(200)
  })

  it.each([
    ['"displayName:nor"', (name: string) => /(^| )nor/i.test(name)],
    ['"displayName:nora hill"', (name: string) => name === 'Nora Hill'],
    ['"displayName:nora" OR "displayName:agn"', (name: string) => /(^| )(nora|agn)/i.test(name)],
    [
      '"displayName:a" AND "displayName:b"',
      (name: string) => {
        const folded = name.normalize('NFKD').replace(/\p{M}/gu, '')
        return /(^|[^\p{L}\p{N}])a/iu.test(folded) && /(^|[^\p{L}\p{N}])b/iu.test(folded)
      },
    ],
  ])('searches %s by the start of words', async ($search, fits) => {
    const options = query({ $search, $top: '999', $select: 'displayName' })
    const { body } = await get(`/users${options}`, full, eventual)
    const expected = tenant.users.map((user) => user.displayName).filter(fits)
    expect(body.value.map((user) => user.displayName)).toEqual(expected)
    expect(expected.length).toBeGreaterThan(0)
  })

  it.each([
    ["startswith(displayName,'nora')", ['Nora Hill']],
    ["surname eq 'O''Neil'", ['Anna <b>"O\'Neil"</b>']],
    ["displayName eq 'Nora Hill' and (userType eq 'Member')", ['Nora Hill']],
    ["displayName eq 'nobody' or displayName eq 'Nora Hill'", ['Nora Hill']],
    ["userType eq 'Guest' and accountEnabled eq false", []],
  ])('filters by %s', async ($filter, names) => {
    const { body } = await get(`/users${query({ $filter })}`)
    expect(body.value.map((user) => user.displayName)).toEqual(names)
  })

  it('orders both ways', async () => {
    const names = async ($orderby: string) => {
      const { body } = await get(`/users${query({ $orderby, $top: '999' })}`)
      return body.value.map((user) => user.displayName)
    }
    const up = await names('displayName')
    expect(up).toEqual(up.toSorted(new Intl.Collator('en').compare))
    expect(await names('displayName desc')).toEqual(up.toReversed())
  })

  it.each([
    ['/users?$search="displayName:a"', 'Request_UnsupportedQuery'],
    ['/users?$top=0', 'Request_UnsupportedQuery'],
    ['/users?$top=1000', 'Request_UnsupportedQuery'],
    ['/users?$top=x', 'BadRequest'],
    ['/users?$top=1&$top=2', 'BadRequest'],
    ['/users?$skip=5', 'BadRequest'],
    ['/users?$expand=nothing', 'BadRequest'],
    ['/users?$select=password', 'BadRequest'],
    ['/users?$orderby=id', 'Request_UnsupportedQuery'],
    ["/users?$filter=displayName gt 'a'", 'Request_UnsupportedQuery'],
    ['/users?$filter=displayName eq', 'BadRequest'],
    ['/users?$skiptoken=AAAA', 'BadRequest'],
    ['/nothing', 'BadRequest'],
  ])('answers 400 to %s', async (path, code) => {
    const { status, body } = await get(path)
    expect([status, body.error?.code]).toEqual([400, code])
  })

  it.each(['displayName:a', '"phone:1"', '("displayName:a"', '"displayName:a" OR'])(
    'answers 400 to the search %s',
    async ($search) => {
      const { status } = await get(`/users${query({ $search })}`, full, eventual)
      expect(status).toBe(400)
    },
  )

  it('finds a user by id or user principal name, guests included', async () => {
    const guest = people(tenant).guest
    const byName = await get(`/users/${encodeURIComponent(guest.userPrincipalName)}`)
    const byId = await get(`/users/${guest.id}`)
    expect(byName.body).toEqual(byId.body)
    expect((await get('/users/nobody')).status).toBe(404)
  })
})

describe('photos', () => {
  it('exist for about half of the users, as PNG, always the same', async () => {
    const photo = (id: string) =>
      fetch(`${tenant.graphUrl}/users/${id}/photo/$value`, {
        headers: { authorization: `Bearer ${basic}` },
      })
    const answers = await Promise.all(tenant.users.slice(0, 60).map((user) => photo(user.id)))
    const found = answers.filter((answer) => answer.status === 200)
    expect(found.length).toBeGreaterThan(15)
    expect(found.length).toBeLessThan(45)
    expect(found[0]?.headers.get('content-type')).toBe('image/png')
    const missing = answers.find((answer) => answer.status === 404)
    expect(await missing?.json()).toMatchObject({ error: { code: 'ImageNotFound' } })
  })
})

describe('the bearer token', () => {
  it('is requested by a challenge that says where to get one', async () => {
    const answer = await fetch(`${tenant.graphUrl}/me`)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="", authorization_uri=/)
    expect(await answer.json()).toMatchObject({
      error: { code: 'InvalidAuthenticationToken', innerError: { date: expect.any(String) } },
    })
  })

  it.each([
    ['a changed signature', (token: string) => `${token.slice(0, -6)}AAAAAA`],
    ['no form at all', () => 'opaque'],
    ['no signature', (token: string) => token.slice(0, token.lastIndexOf('.') + 1)],
  ])('is refused with %s', async (_, spoil) => {
    expect((await get('/me', spoil(full))).status).toBe(401)
  })

  it('cannot be the ID token', async () => {
    const { id_token: token } = await signIn(tenant)
    const { status, body } = await get('/me', token)
    expect([status, body.error?.message]).toEqual([
      401,
      'Access token validation failure. Invalid audience.',
    ])
  })

  it('needs the scope', async () => {
    const { access_token: token } = await signIn(tenant, { scope: 'openid profile' })
    const { status, body } = await get('/users', token)
    expect([status, body.error?.code]).toEqual([403, 'Authorization_RequestDenied'])
    const own = (await signIn(tenant, { scope: 'User.Read' })).access_token
    expect((await get('/me', own)).status).toBe(200)
    expect((await get('/users', own)).status).toBe(403)
    const organization = await get('/organization', own)
    expect(organization.body.value).toMatchObject([
      {
        id: tenant.tenantId,
        verifiedDomains: [{ isDefault: true }],
        city: null,
        assignedPlans: null,
      },
    ])
    const one = await get(`/organization/${tenant.tenantId}?$select=city,displayName`, own)
    expect(one.body).toMatchObject({ city: null, displayName: 'Local tenant' })
  })

  it('outlives a rotation of the keys, but not its own expiry', async () => {
    tenant.rotateKeys()
    expect((await get('/me')).status).toBe(200)
    now += 91 * 60_000
    const { status, body } = await get('/me')
    expect([status, body.error?.code]).toEqual([401, 'InvalidAuthenticationToken'])
  })
})
