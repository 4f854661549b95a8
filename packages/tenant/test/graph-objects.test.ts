import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let admin: string
let own: string

beforeAll(async () => {
  tenant = await createTenant({ users: 60 })
  const scope = 'openid User.Read.All Group.Read.All Directory.Read.All User.Read'
  const user = people(tenant).administrator.id
  admin = (await signIn(tenant, { scope }, { user })).access_token
  own = (await signIn(tenant, { scope: 'openid User.Read' })).access_token
})
afterAll(() => tenant.close())

type Body = Record<string, unknown> & { value: Record<string, unknown>[] }

async function get(path: string, token = admin, headers = {}) {
  const { status, body } = await graph(tenant, token, 'GET', path, undefined, headers)
  return { status, body: body as Body }
}

const first = () => people(tenant).first

describe('an address', () => {
  it.each([
    '/me/',
    "/users('{id}')",
    '/users/{id}/',
    '/USERS/{id}',
    "/users(userPrincipalName='{name}')",
    "/users('{name}')",
    '/users/%7Bid%7D'.replace('%7Bid%7D', '{encoded}'),
    '/myOrganization/users/{id}',
  ])('can be written as %s', async (form) => {
    const { id, userPrincipalName } = people(tenant).administrator
    const path = form
      .replace('{id}', id)
      .replace('{name}', userPrincipalName)
      .replace('{encoded}', encodeURIComponent(userPrincipalName))
    expect((await get(path)).body).toMatchObject({ id, userPrincipalName })
  })

  it('of beta is the same, and the answer is of beta', async () => {
    const ask = async (version: string) => {
      const address = `${tenant.origin}/${version}/users?$top=1`
      const answer = await fetch(address, { headers: { authorization: `Bearer ${admin}` } })
      return (await answer.json()) as Record<string, unknown>
    }
    const beta = await ask('beta')
    expect(beta.value).toEqual((await ask('v1.0')).value)
    expect(beta['@odata.context']).toBe(`${tenant.origin}/beta/$metadata#users`)
    const next = await fetch(String(beta['@odata.nextLink']), {
      headers: { authorization: `Bearer ${admin}` },
    })
    expect(next.status).toBe(200)
  })

  it('can be asked for its head', async () => {
    const headers = { authorization: `Bearer ${admin}` }
    const answer = await fetch(`${tenant.graphUrl}/me`, { method: 'HEAD', headers })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })

  it('can be that of one property, and of its bare value', async () => {
    const { displayName, id } = first()
    const one = await get(`/users/${id}/displayName`)
    expect(one.body).toEqual({
      '@odata.context': `${tenant.graphUrl}/$metadata#users('${id}')/displayName`,
      value: displayName,
    })
    const bare = async (path: string) => {
      const headers = { authorization: `Bearer ${admin}` }
      const answer = await fetch(tenant.graphUrl + path, { headers })
      return [answer.status, answer.headers.get('content-type'), await answer.text()]
    }
    const type = expect.stringMatching(/^text\/plain/)
    expect(await bare(`/users/${id}/displayName/$value`)).toEqual([200, type, displayName])
    expect(await bare('/me/accountEnabled/$value')).toEqual([200, type, 'true'])
    expect(await bare('/me/mobilePhone/$value')).toEqual([204, null, ''])
    expect((await get('/me/identities/$value')).status).toBe(400)
    const group = people(tenant).inManyGroups.groups[0] ?? ''
    expect((await get(`/groups/${group}/mailNickname`)).body.value).toBe('payroll-readers')
  })

  it('of the service says what there is', async () => {
    const { body } = await get('/')
    expect(body.value.map(({ name }) => name)).toEqual(expect.arrayContaining(['users', 'me']))
  })

  it('with a key that is too long is 404', async () => {
    const { status, body } = await get(`/users/${'x'.repeat(1_500)}`)
    expect([status, body.error]).toMatchObject([404, { code: 'Request_ResourceNotFound' }])
  })

  it('that is not served is marked in the journal, as it was sent', async () => {
    tenant.journal.clear()
    for (const path of ['/nothing/', '/me/messages', '/me/nothing', "/users('x')/", '/me/'])
      await get(path)
    expect(tenant.journal.entries().map(({ path, isServed }) => [path, isServed])).toEqual([
      ['/v1.0/nothing/', false],
      ['/v1.0/me/messages', false],
      ['/v1.0/me/nothing', false],
      ["/v1.0/users('x')/", true],
      ['/v1.0/me/', true],
    ])
  })

  it.each([
    ['GET', '/users/%zz', 404, 'Request_ResourceNotFound', /'%zz'/],
    ['GET', '/users/%E0%A4', 404, 'Request_ResourceNotFound', /./],
    ['GET', '/nothing', 400, 'BadRequest', "Resource not found for the segment 'nothing'."],
    ['GET', '/me/nothing', 400, 'BadRequest', "Resource not found for the segment 'nothing'."],
    ['GET', "/nothing('x')/y", 400, 'BadRequest', "Resource not found for the segment 'nothing'."],
    ['GET', '/users/x/y/z', 400, 'BadRequest', "Resource not found for the segment 'y'."],
    ['PUT', '/users', 405, 'Request_BadRequest', /method is not allowed/],
    ['DELETE', '/me', 405, 'Request_BadRequest', /method is not allowed/],
    ['GET', '/me/messages', 404, 'MailboxNotEnabledForRESTAPI', /mailbox/],
    ['GET', '/me/onenote/notebooks', 400, 'BadRequest', /SPO license/],
    ['GET', '/groups/x/drive', 400, 'BadRequest', /SPO license/],
  ])('that is not served: %s %s is %i %s', async (method, path, status, code, message) => {
    const answer = await graph(tenant, admin, method, path)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({
      error: { code, message: expect.stringMatching(message), innerError: expect.any(Object) },
    })
  })
})

describe('the properties of a user', () => {
  it('are eleven without $select, in a fixed form', async () => {
    const { body } = await get('/users?$top=1')
    expect(Object.keys(body.value[0] ?? {}).toSorted()).toEqual(
      [
        'businessPhones',
        'displayName',
        'givenName',
        'id',
        'jobTitle',
        'mail',
        'mobilePhone',
        'officeLocation',
        'preferredLanguage',
        'surname',
        'userPrincipalName',
      ].toSorted(),
    )
  })

  it('are all there with an asterisk, with the same values in each tenant', async () => {
    const { body } = await get(`/users/${first().id}?$select=*`)
    expect(Object.keys(body).length).toBeGreaterThan(60)
    expect(body).toMatchObject({
      accountEnabled: true,
      assignedLicenses: [{ disabledPlans: [], skuId: '078d2b04-f1bd-4111-bbd4-b4b1b354cef4' }],
      city: 'Leeds',
      country: 'United Kingdom',
      createdDateTime: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      employeeOrgData: { division: first().department, costCenter: expect.any(String) },
      identities: [
        {
          signInType: 'userPrincipalName',
          issuer: 'local-tenant.example',
          issuerAssignedId: first().userPrincipalName,
        },
      ],
      mailNickname: 'nora.hill',
      onPremisesSyncEnabled: null,
      passwordProfile: null,
      proxyAddresses: [`SMTP:${first().userPrincipalName}`],
      securityIdentifier: expect.stringMatching(/^S-1-12-1(-\d+){4}$/),
      usageLocation: 'GB',
      userType: 'Member',
    })
    const other = await createTenant({ users: 20 })
    const token = (await signIn(other, { scope: 'openid User.Read' })).access_token
    const again = await graph(other, token, 'GET', '/me?$select=*')
    expect({ ...again.body, '@odata.context': '' }).toEqual({ ...body, '@odata.context': '' })
    await other.close()
  })

  it('of other services are of one user only: a list is 501', async () => {
    expect((await get(`/users/${first().id}?$select=aboutMe,skills`)).body).toMatchObject({
      aboutMe: null,
      skills: [],
    })
    const { status, body } = await get('/users?$select=aboutMe')
    expect([status, body.error]).toMatchObject([501, { code: 'NotImplemented' }])
  })

  it('include the latest sign-in, for which there is a permission of its own', async () => {
    const path = '/users?$top=2&$select=id,signInActivity'
    expect((await get(path)).status).toBe(403)
    const scope = 'openid User.Read.All AuditLog.Read.All'
    const user = people(tenant).administrator.id
    const token = (await signIn(tenant, { scope }, { user })).access_token
    const { body } = await get(path, token)
    expect(body.value[1]).toMatchObject({
      signInActivity: { lastSignInDateTime: expect.stringMatching(/Z$/) },
    })
    const filter = 'signInActivity/lastSignInDateTime le 2020-01-01T00:00:00Z'
    expect((await get(`/users?$filter=${filter}&$select=id`, token)).status).toBe(200)
  })

  it('mark guests', async () => {
    const select = '$select=creationType,externalUserState,userType,assignedLicenses'
    expect((await get(`/users/${people(tenant).guest.id}?${select}`)).body).toMatchObject({
      creationType: 'Invitation',
      externalUserState: 'Accepted',
      userType: 'Guest',
      assignedLicenses: [],
    })
  })

  it('can have the manager beside them', async () => {
    const one = await get(`/users/${first().id}?$select=id&$expand=manager($select=displayName)`)
    expect(one.body.manager).toEqual({
      '@odata.type': '#microsoft.graph.user',
      displayName: people(tenant).administrator.displayName,
    })
    const { body } = await get('/users?$expand=manager&$top=5')
    expect(body.value.filter((user) => 'manager' in user)).toHaveLength(4)
    for (const wrong of ['nothing', 'manager,memberOf', 'manager($top=1)', 'manager($levels=2)']) {
      expect((await get(`/users?$expand=${wrong}`)).status).toBe(400)
    }
    const chain = '/users?$top=20&$count=true&$expand=manager($levels=max;$select=id)&$select=id'
    const { body: levels } = await get(chain, admin, { consistencylevel: 'eventual' })
    expect(JSON.stringify(levels.value.at(-1)).match(/"manager"/g)?.length).toBe(2)
  })
})

describe('managers and reports', () => {
  it('fit each other', async () => {
    const { body } = await get(`/users/${first().id}/directReports`)
    // Six, of whom one is a guest, whose six report here.
    expect(body.value.length).toBe(11)
    for (const report of body.value) {
      const manager = await get(`/users/${String(report.id)}/manager`)
      expect(manager.body).toMatchObject({ '@odata.type': '#microsoft.graph.user', id: first().id })
    }
    const top = await get('/me/manager')
    expect([top.status, top.body.error]).toMatchObject([404, { code: 'Request_ResourceNotFound' }])
  })

  it('need other permissions: the manager User.Read.All, own reports User.Read', async () => {
    expect((await get('/me/manager', own)).status).toBe(403)
    expect((await get('/me/directReports', own)).status).toBe(200)
    expect((await get(`/users/${people(tenant).at(2).id}/directReports`, own)).status).toBe(403)
  })
})

describe('what belongs to a user', () => {
  it('are reports of reports and owned groups, and nothing created', async () => {
    const all = await get('/me/transitiveReports?$top=999&$select=id')
    // Everyone but the administrator, who asks, and the guest.
    expect(all.body.value).toHaveLength(58)
    const owned = await get('/me/ownedObjects/microsoft.graph.group?$top=999')
    expect(owned.body.value.length).toBeGreaterThan(10)
    expect(
      (await get(`/groups/${String(owned.body.value[0]?.id)}/owners`)).body.value,
    ).toMatchObject([{ id: people(tenant).administrator.id }])
    expect((await get('/me/createdObjects')).body.value).toEqual([])
  })
})

describe('groups', () => {
  it('are the ids of tokens, as objects', async () => {
    const user = people(tenant).inManyGroups.id
    const tokens = await signIn(tenant, { scope: 'openid User.Read' }, { user })
    const ids = claimsOf(tokens.id_token).groups as string[]
    expect(ids).toHaveLength(200)
    const { body } = await get(`/users/${user}/memberOf/microsoft.graph.group?$top=999`)
    const security = body.value.filter(({ securityEnabled }) => securityEnabled)
    expect(security.map(({ id }) => id)).toEqual(ids)
    const group = await get(`/groups/${ids[0] ?? ''}`)
    expect(group.body).toMatchObject({ id: ids[0], displayName: 'Payroll readers' })
  })

  it('above 200 are where the token points to, with the same ids', async () => {
    const user = people(tenant).inTooManyGroups.id
    const tokens = await signIn(tenant, { scope: 'openid User.Read' }, { user })
    const sources = claimsOf(tokens.id_token)['_claim_sources'] as Record<
      string,
      { endpoint: string }
    >
    const endpoint = sources.src1?.endpoint ?? ''
    expect(endpoint).toBe(`${tenant.graphUrl}/users/${user}/getMemberObjects`)
    const path = endpoint.slice(tenant.graphUrl.length)
    const answer = await graph(tenant, tokens.access_token, 'POST', path, {
      securityEnabledOnly: true,
    })
    expect(answer.body.value).toEqual(people(tenant).inTooManyGroups.groups)
  })

  it('are of every kind', async () => {
    const { body } = await get('/groups?$top=999')
    const kinds = new Set(
      body.value.map(({ groupTypes, mailEnabled, securityEnabled, isAssignableToRole }) =>
        JSON.stringify([groupTypes, mailEnabled, securityEnabled, isAssignableToRole]),
      ),
    )
    expect([...kinds].toSorted()).toEqual(
      [
        [[], false, true, null],
        [[], false, true, true],
        [['DynamicMembership', 'Unified'], true, false, null],
        [['Unified'], true, false, null],
        [[], true, false, null],
      ]
        .map((kind) => JSON.stringify(kind))
        .toSorted(),
    )
  })

  it('have the users as members who have them as groups, and those whom a rule names', async () => {
    const id = first().groups[1] ?? people(tenant).inManyGroups.groups[1] ?? ''
    const { body } = await get(`/groups/${id}/members?$top=999&$select=id`)
    const users = tenant.users.filter(({ groups }) => groups.includes(id))
    expect(body.value.map((member) => member.id)).toEqual(users.map((user) => user.id))
    const finance = await get("/groups?$filter=displayName eq 'Finance'")
    const [group] = finance.body.value
    expect(group?.membershipRule).toBe('(user.department -eq "Finance")')
    const members = await get(`/groups/${String(group?.id)}/members?$select=department`)
    expect(members.body.value.length).toBeGreaterThan(3)
    expect(new Set(members.body.value.map(({ department }) => department))).toEqual(
      new Set(['Finance']),
    )
  })

  it('have owners, counts, references and casts', async () => {
    const id = people(tenant).inManyGroups.groups[0] ?? ''
    const eventual = { consistencylevel: 'eventual' }
    const members = (await get(`/groups/${id}/members?$top=999`)).body.value
    const types = members.map((member) => member['@odata.type'])
    expect(new Set(types)).toEqual(new Set(['#microsoft.graph.user', '#microsoft.graph.group']))
    const users = await get(`/groups/${id}/members/microsoft.graph.user?$top=999`)
    expect(users.body.value).toHaveLength(
      types.filter((type) => type?.toString().endsWith('user')).length,
    )
    const address = `${tenant.graphUrl}/groups/${id}/members/$count`
    const headers = { authorization: `Bearer ${admin}`, ...eventual }
    expect(await (await fetch(address, { headers })).text()).toBe(String(members.length))
    expect((await get(`/groups/${id}/members/$count`)).status).toBe(400)
    const references = await get(`/groups/${id}/members/$ref?$top=1`)
    expect(references.body.value).toEqual([
      { '@odata.id': `${tenant.graphUrl}/directoryObjects/${String(members[0]?.id)}` },
    ])
    expect((await get(`/groups/${id}/owners`)).body.value).toMatchObject([{ id: first().id }])
    expect((await get(`/groups/${id}/members/microsoft.graph.nothing`)).status).toBe(400)
    expect((await get('/groups/nothing')).status).toBe(404)
  })

  it('of a member that the caller may not read show type and id only', async () => {
    const scope = 'openid GroupMember.Read.All'
    const user = people(tenant).administrator.id
    const token = (await signIn(tenant, { scope }, { user })).access_token
    const id = people(tenant).inManyGroups.groups[239 - 100] ?? ''
    const { body } = await get(`/groups/${id}/members?$select=id,displayName`, token)
    expect(body.value[0]).toEqual({
      '@odata.type': '#microsoft.graph.user',
      id: expect.any(String),
      displayName: null,
    })
  })

  it('are searched by name and description', async () => {
    const path = '/groups?$search="displayName:payroll" OR "description:invoices"&$top=999'
    const { body } = await get(path, admin, { consistencylevel: 'eventual' })
    const names = body.value.map(({ displayName }) => String(displayName))
    expect(names).toContain('Payroll readers')
    expect(names.every((name) => /Payroll|Invoices/.test(name))).toBe(true)
  })
})

describe('the memberships of a user', () => {
  it('include roles, for administrators', async () => {
    const { body } = await get('/me/memberOf?$top=999')
    const roles = body.value.filter(
      (object) => object['@odata.type'] === '#microsoft.graph.directoryRole',
    )
    expect(roles).toMatchObject([
      {
        displayName: 'Global Administrator',
        roleTemplateId: '62e90394-69f5-4237-9190-012177145e10',
      },
    ])
    const cast = await get('/me/transitiveMemberOf/microsoft.graph.directoryRole')
    expect(cast.body.value.map(({ id }) => id)).toEqual(roles.map(({ id }) => id))
    const objects = await graph(tenant, admin, 'POST', '/me/getMemberObjects', {
      securityEnabledOnly: false,
    })
    expect(objects.body.value).toContain(roles[0]?.id)
    const members = await get(`/directoryRoles/${String(roles[0]?.id)}/members`)
    expect(members.body.value.map(({ id }) => id)).toEqual([people(tenant).administrator.id])
    const template = '62e90394-69f5-4237-9190-012177145e10'
    expect((await get(`/directoryRoles(roleTemplateId='${template}')`)).body.id).toBe(roles[0]?.id)
  })

  it('can be checked', async () => {
    const { groups, id } = people(tenant).inManyGroups
    const check = (name: string, body: unknown) =>
      graph(tenant, admin, 'POST', `/users/${id}/${name}`, body)
    const other = people(tenant).inTooManyGroups.groups[239] ?? ''
    const asked = { groupIds: [groups[3], other, 'nothing'] }
    expect((await check('checkMemberGroups', asked)).body.value).toEqual([groups[3]])
    expect((await check('checkMemberObjects', { ids: [groups[4]] })).body.value).toEqual([
      groups[4],
    ])
    expect((await check('checkMemberGroups', { groupIds: groups.slice(0, 21) })).status).toBe(400)
    expect((await check('checkMemberGroups', { ids: [] })).status).toBe(400)
    expect((await check('microsoft.graph.checkMemberGroups', asked)).status).toBe(200)
  })

  it('need the permission for groups too, for other users', async () => {
    const mine = await get('/me/memberOf', own)
    expect(mine.status).toBe(200)
    // Groups that the caller may not read are there by type and id.
    expect(mine.body.value.length).toBeGreaterThan(0)
    for (const group of mine.body.value) {
      expect(group).toMatchObject({ id: expect.any(String), displayName: null })
    }
    expect((await get(`/users/${people(tenant).at(3).id}/memberOf`, own)).status).toBe(403)
  })
})

describe('the ids of another user’s groups', () => {
  it('need the permissions for groups and for users', async () => {
    const user = people(tenant).administrator.id
    const scope = 'openid GroupMember.Read.All'
    const token = (await signIn(tenant, { scope }, { user })).access_token
    const path = `/users/${people(tenant).at(3).id}/getMemberGroups`
    const body = { securityEnabledOnly: false }
    expect((await graph(tenant, token, 'POST', path, body)).status).toBe(403)
    expect((await graph(tenant, admin, 'POST', path, body)).status).toBe(200)
  })
})

describe('photos', () => {
  it('have sizes and metadata', async () => {
    const { body } = await get('/me/photos')
    expect(body.value.map(({ id }) => id)).toContain('48x48')
    const one = await get('/me/photos/48x48')
    expect(one.body).toMatchObject({ id: '48x48', width: 48, height: 48 })
    for (const [path, size] of [
      ['/me/photos/48x48/$value', 48],
      ['/me/photo/$value', 96],
      [`/users('${first().id}')/photos('240x240')/$value`, 240],
    ] as const) {
      const headers = { authorization: `Bearer ${admin}` }
      const answer = await fetch(tenant.graphUrl + path, { headers })
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([size, size])
      expect(answer.headers.get('etag')).toMatch(/^"/)
    }
    const wrong = await get('/me/photos/49x49')
    expect([wrong.status, wrong.body.error]).toMatchObject([404, { code: 'ImageNotFound' }])
  })
})

describe('the organisation', () => {
  it('has its domain, its licences, and objects of any type by id', async () => {
    expect((await get('/organization')).body.value).toMatchObject([
      { id: tenant.tenantId, city: 'Tacoma' },
    ])
    expect((await get(`/organization/${tenant.tenantId}?$select=displayName`)).body).toEqual({
      '@odata.context': expect.stringContaining('#organization(displayName)/$entity'),
      displayName: tenant.tenantName,
    })
    expect((await get('/domains')).body.value).toMatchObject([{ id: 'local-tenant.example' }])
    const [sku] = (await get('/subscribedSkus')).body.value
    expect(sku).toMatchObject({ skuPartNumber: 'AAD_PREMIUM', consumedUnits: 59 })
    const [license] = (await get('/me/licenseDetails')).body.value
    expect(license).toMatchObject({ skuId: sku?.skuId })
    const group = people(tenant).inManyGroups.groups[0] ?? ''
    const ids = [first().id, group, 'nothing']
    const found = await graph(tenant, admin, 'POST', '/directoryObjects/getByIds', { ids })
    expect(found.body.value).toMatchObject([
      { '@odata.type': '#microsoft.graph.user', id: first().id },
      { '@odata.type': '#microsoft.graph.group', id: group },
    ])
    const body = { ids, types: ['group'] }
    const some = await graph(tenant, admin, 'POST', '/directoryObjects/getByIds', body)
    expect(some.body.value).toMatchObject([{ id: group }])
    expect((await get(`/directoryObjects/${group}`)).body).toMatchObject({ id: group })
    expect((await get('/directoryObjects/nothing')).status).toBe(404)
  })

  it('is answered without metadata if the request says so', async () => {
    const accept = 'application/json;odata.metadata=none'
    expect((await get('/domains', admin, { accept })).body).not.toHaveProperty('@odata.context')
  })
})
