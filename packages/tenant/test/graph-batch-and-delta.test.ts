import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { clearScenarios, people, setScenario } from '../src/testing/index.ts'
import { signIn } from './application.ts'
import { callGraph } from './graph-call.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let token: string

beforeAll(async () => {
  tenant = await createTenant({ users: 150 })
  const scope = 'openid User.Read Directory.Read.All Directory.ReadWrite.All'
  const user = people(tenant).administrator.id
  token = (await signIn(tenant, { scope }, { user })).access_token
})
afterAll(() => tenant.close())

interface StepAnswer {
  id: string
  status: number
  headers: Record<string, string>
  body: Record<string, unknown> & { value?: unknown[]; error?: { code: string } }
}

async function batch(requests: unknown) {
  const { status, body } = await graph(tenant, token, 'POST', '/$batch', { requests })
  const responses = (body.responses ?? []) as StepAnswer[]
  return { status, body, byId: Object.fromEntries(responses.map((one) => [one.id, one])) }
}

const get = (id: string, url: string, more = {}) => ({ id, method: 'GET', url, ...more })

describe('a batch', () => {
  it('answers each request with its own status, headers and body', async () => {
    const { status, byId } = await batch([
      get('1', '/me?$select=id'),
      get('2', 'users/nobody'),
      get('3', "/users?$filter=userType ne 'Guest'&$count=true&$top=1", {
        headers: { ConsistencyLevel: 'eventual' },
      }),
      get('4', '/me/photos/48x48/$value'),
      get('5', '/users/$count', { headers: { ConsistencyLevel: 'eventual' } }),
      {
        id: '6',
        method: 'POST',
        url: '/me/getMemberGroups',
        headers: { 'content-type': 'application/json' },
        body: { securityEnabledOnly: true },
      },
      get('7', '/me', { headers: { Authorization: 'Bearer none' } }),
    ])
    expect(status).toBe(200)
    expect(byId['1']).toMatchObject({
      status: 200,
      headers: { 'Content-Type': expect.stringContaining('application/json') },
      body: { id: people(tenant).administrator.id },
    })
    expect(byId['2']).toMatchObject({
      status: 404,
      body: { error: { code: 'Request_ResourceNotFound' } },
    })
    expect(byId['3']?.body['@odata.count']).toBe(149)
    const photo = Buffer.from(byId['4']?.body as unknown as string, 'base64')
    expect(photo.subarray(1, 4).toString()).toBe('PNG')
    expect([byId['5']?.body, byId['6']?.status, byId['7']?.status]).toEqual(['150', 200, 401])
  })

  it('performs requests after those that they depend on, or not at all', async () => {
    const user = people(tenant).at(50).id
    const change = (id: string, city: string, dependsOn: string[]) => ({
      id,
      method: 'PATCH',
      url: `/users/${user}`,
      headers: { 'Content-Type': 'application/json' },
      body: { city },
      dependsOn,
    })
    const { byId } = await batch([
      change('a', 'One', []),
      get('b', `/users/${user}?$select=city`, { dependsOn: ['A'] }),
      change('c', 'Two', ['b']),
      get('d', `/users/${user}?$select=city`, { dependsOn: ['c'] }),
      get('e', '/users/nobody'),
      change('f', 'Three', ['e']),
      change('g', 'Four', ['f']),
    ])
    expect([byId.b?.body.city, byId.d?.body.city]).toEqual(['One', 'Two'])
    expect([byId.a?.status, byId.f?.status, byId.g?.status]).toEqual([204, 424, 424])
    expect(byId.f?.body.error?.code).toBe('FailedDependency')
    const { body } = await graph(tenant, token, 'GET', `/users/${user}?$select=city`)
    expect(body.city).toBe('Two')
  })

  it('has 20 requests at most', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => get(String(n), '/me'))
    expect((await batch(many(20))).status).toBe(200)
    expect((await batch(many(21))).status).toBe(400)
  })

  it.each([
    ['no list', 'x'],
    ['an empty list', []],
    ['no id', [{ method: 'GET', url: '/me' }]],
    ['an id twice', [get('a', '/me'), get('A', '/me')]],
    ['no method', [{ id: '1', url: '/me' }]],
    ['another method', [{ id: '1', method: 'TRACE', url: '/me' }]],
    ['an absolute address', [get('1', 'https://graph.microsoft.com/v1.0/me')]],
    ['an address of another host', [get('1', '//other.example/me')]],
    ['a batch in it', [{ id: '1', method: 'POST', url: '/$batch' }]],
    ['a batch in it, encoded', [{ id: '1', method: 'POST', url: '/%24batch' }]],
    ['a batch in it, by way of a folder', [{ id: '1', method: 'POST', url: '/me/../$batch' }]],
    ['an address outside of Graph', [get('1', '/../_tenant/state')]],
    ['an encoded address outside of Graph', [get('1', '%2e%2E/_tenant/state')]],
    ['an address outside of Graph that hides a tab', [get('1', '/.\t./_tenant/state')]],
    ['an address outside of Graph with backslashes', [get('1', '..\\_tenant/state')]],
    ['a dependency that comes later', [get('1', '/me', { dependsOn: ['2'] }), get('2', '/me')]],
    ['a dependency on itself', [get('1', '/me', { dependsOn: ['1'] })]],
    ['a body without a type', [{ id: '1', method: 'POST', url: '/users', body: {} }]],
    ['something that is no request', [1]],
  ])('is refused with %s', async (_, requests) => {
    const { status, body } = await batch(requests)
    expect([status, body.error]).toMatchObject([400, { code: 'BadRequest' }])
  })

  it('keeps the host and the page of the batch, whatever a request says', async () => {
    const headers = {
      Host: 'other.example',
      Origin: 'https://other.example',
      'Content-Length': '2',
    }
    const { byId } = await batch([get('1', '/me?$select=id', { headers })])
    expect(byId['1']?.status).toBe(200)
  })

  it('is in the journal as a number of bytes if it is large', async () => {
    const photo = 'A'.repeat(100_000)
    const headers = { 'content-type': 'image/jpeg' }
    const put = { id: '1', method: 'PUT', url: '/me/photo/$value', headers, body: photo }
    tenant.journal.clear()
    await batch([put])
    await batch([get('1', '/me?$select=id')])
    const kept = tenant.journal.entries().filter(({ endpoint }) => endpoint === 'batch')
    expect(kept.map(({ body }) => body)).toMatchObject([
      { bytes: expect.any(Number) },
      { requests: [{ id: '1' }] },
    ])
  })

  it('needs a valid token, also if its requests bring their own', async () => {
    const requests = [get('1', '/me', { headers: { Authorization: `Bearer ${token}` } })]
    const send = (headers: Record<string, string>) =>
      fetch(`${tenant.graphUrl}/$batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ requests }),
      })
    const without = await send({})
    expect([without.status, await without.json()]).toMatchObject([
      401,
      { error: { code: 'InvalidAuthenticationToken' } },
    ])
    expect((await send({ authorization: 'Bearer none' })).status).toBe(401)
  })

  it('is throttled request by request', async () => {
    await setScenario(tenant, 'graph-throttled', { times: 1 })
    const { status, byId } = await batch([get('1', '/users?$top=1'), get('2', '/users?$top=1')])
    await clearScenarios(tenant)
    expect(status).toBe(200)
    const statuses = [byId['1']?.status, byId['2']?.status].toSorted((a = 0, b = 0) => a - b)
    expect(statuses).toEqual([200, 429])
    const throttled = Object.values(byId).find((one) => one.status === 429)
    expect(throttled?.headers).toHaveProperty('Retry-After')
  })
})

type Row = Record<string, unknown>

async function page(address: string, headers = {}) {
  const path = address.startsWith('http') ? address.slice(tenant.graphUrl.length) : address
  const { status, body } = await graph(tenant, token, 'GET', path, undefined, headers)
  return {
    status,
    body,
    value: (body.value ?? []) as Row[],
    next: body['@odata.nextLink'] as string | undefined,
    delta: String(body['@odata.deltaLink']),
  }
}

async function whole(address: string, headers = {}) {
  const rows: Row[] = []
  let answer = await page(address, headers)
  rows.push(...answer.value)
  while (answer.next !== undefined) {
    answer = await page(answer.next, headers)
    rows.push(...answer.value)
  }
  return { rows, delta: answer.delta }
}

const patch = (path: string, body: unknown) => graph(tenant, token, 'PATCH', path, body)

describe('a delta query of users', () => {
  it('gives everyone once, and then what has changed', async () => {
    const { rows, delta } = await whole('/users/delta?$select=displayName,city')
    expect(rows.map(({ id }) => id)).toEqual(tenant.users.map(({ id }) => id))
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(['city', 'displayName', 'id'])
    expect((await page(delta)).value).toEqual([])
    const [changed, removed] = [people(tenant).at(60).id, people(tenant).at(61).id]
    await patch(`/users/${changed}`, { city: 'Turku' })
    await patch(`/users/${changed}`, { city: 'Vaasa' })
    await graph(tenant, token, 'DELETE', `/users/${removed}`)
    const after = await page(delta)
    expect(after.value).toEqual([
      { id: changed, displayName: people(tenant).at(60).displayName, city: 'Vaasa' },
      { id: removed, '@removed': { reason: 'changed' } },
    ])
    expect((await page(after.delta)).value).toEqual([])
    await graph(tenant, token, 'DELETE', `/directory/deletedItems/${removed}`)
    expect((await page(delta)).value).toContainEqual({
      id: removed,
      '@removed': { reason: 'deleted' },
    })
  })

  it('begins now with the token latest, and pages as the client prefers', async () => {
    const latest = await page('/users/delta?$deltatoken=latest')
    expect([latest.value, latest.next]).toEqual([[], undefined])
    const user = people(tenant).at(62).id
    await patch(`/users/${user}`, { jobTitle: 'Baker' })
    expect((await page(latest.delta)).value).toMatchObject([{ id: user, jobTitle: 'Baker' }])
    const small = await page('/users/delta()', { prefer: 'odata.maxpagesize=7' })
    expect(small.value).toHaveLength(7)
    // Lists take their size from $top only.
    const list = await page('/users', { prefer: 'odata.maxpagesize=7' })
    expect(list.value).toHaveLength(100)
  })

  it('gives only the properties that changed, if the client prefers that', async () => {
    const { delta } = await page(
      '/users/delta?$deltatoken=latest&$select=displayName,city,jobTitle',
    )
    const user = people(tenant).at(63).id
    await patch(`/users/${user}`, { city: 'Oulu' })
    const minimal = await page(delta, { prefer: 'return=minimal' })
    expect(minimal.value).toEqual([{ city: 'Oulu', id: user }])
    expect(Object.keys((await page(delta)).value[0] ?? {})).toHaveLength(4)
  })

  it('can be of some users, by id', async () => {
    const [a, b] = [people(tenant).at(70).id, people(tenant).at(71).id]
    const start = await page(`/users/delta?$filter=id eq '${a}' or id eq '${b}'`)
    expect(start.value.map(({ id }) => id)).toEqual([a, b])
    await patch(`/users/${people(tenant).at(72).id}`, { city: 'x' })
    await patch(`/users/${b}`, { city: 'x' })
    expect((await page(start.delta)).value.map(({ id }) => id)).toEqual([b])
  })

  it.each([
    ["/users/delta?$filter=displayName eq 'x'", 400],
    ['/users/delta?$orderby=displayName', 400],
    ['/users/delta?$top=5', 400],
    ['/users/delta?$deltatoken=x', 400],
    ['/users/delta?$skiptoken=x', 400],
    ['/users/delta?$select=nothing', 400],
  ])('is refused: %s', async (path, status) => {
    expect((await page(path)).status).toBe(status)
  })
})

describe('a delta token of before', () => {
  const deltaOf = async () => (await page('/users/delta?$deltatoken=latest')).delta

  /** Status and code of the answer, and those at the address that it says. */
  async function answersOf(delta: string) {
    const { pathname, search } = new URL(delta)
    const path = `${pathname}${search}`.replace('/v1.0', '')
    const answer = await callGraph(tenant, path, token)
    const { error } = (await answer.json()) as { error?: { code: string } }
    const again = new URL(answer.headers.get('location') ?? tenant.origin)
    const next = await callGraph(tenant, `${again.pathname}${again.search}`.slice(5), token)
    return [answer.status, error?.code, next.status]
  }

  it.each<[string, (exported: unknown) => void]>([
    ['a reset', () => tenant.reset()],
    ['an import', (exported) => tenant.importState(exported)],
    ['another number of users', () => tenant.resize(149)],
  ])('%s is gone, and the answer says where to begin', async (_, change) => {
    const exported = tenant.exportState()
    const delta = await deltaOf()
    expect((await page(delta)).value).toEqual([])
    change(exported)
    expect(await answersOf(delta)).toEqual([410, 'syncStateNotFound', 200])
    tenant.importState(exported)
  })

  it('that another start has made is gone too, so that no change is lost', async () => {
    const other = await createTenant({ users: 13 })
    const user = people(other).administrator.id
    const scope = 'openid User.Read.All'
    const { access_token: foreign } = await signIn(other, { scope }, { user })
    const answer = await callGraph(other, '/users/delta?$deltatoken=latest', foreign)
    const { '@odata.deltaLink': delta } = (await answer.json()) as Record<string, string>
    await other.close()
    expect(await answersOf(String(delta))).toEqual([410, 'syncStateNotFound', 200])
  })
})

describe('a delta query of groups', () => {
  it('gives members, and then those who came and went', async () => {
    const group = people(tenant).inManyGroups.groups[150] ?? ''
    const start = await page(`/groups/delta?$filter=id eq '${group}'&$select=displayName,members`)
    const [row] = start.value
    expect(row).toMatchObject({ id: group, displayName: expect.any(String) })
    const members = row?.['members@delta'] as Row[]
    expect(members.length).toBeGreaterThan(0)
    const [gone] = members
    const user = people(tenant).at(90).id
    const path = `/groups/${group}/members`
    const reference = { '@odata.id': `${tenant.graphUrl}/directoryObjects/${user}` }
    await graph(tenant, token, 'POST', `${path}/$ref`, reference)
    await graph(tenant, token, 'DELETE', `${path}/${String(gone?.id)}/$ref`)
    const after = await page(start.delta)
    expect(after.value).toMatchObject([
      {
        id: group,
        'members@delta': [
          { '@odata.type': '#microsoft.graph.user', id: user },
          { id: gone?.id, '@removed': { reason: 'deleted' } },
        ],
      },
    ])
  })
})
