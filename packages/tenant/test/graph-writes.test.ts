import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, codeOf, consentForAll, refresh, signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let admin: string
let member: string

const scope =
  'openid offline_access User.Read User.ReadWrite Directory.Read.All Directory.ReadWrite.All'

beforeAll(async () => {
  tenant = await createTenant({ users: 40 })
  const user = people(tenant).administrator.id
  admin = (await signIn(tenant, { scope }, { user })).access_token
  member = (await signIn(tenant, { scope: 'openid User.ReadWrite' })).access_token
})
afterAll(() => tenant.close())

type Body = Record<string, unknown> & { value: Record<string, unknown>[] }

async function ask(method: string, path: string, body?: unknown, token = admin) {
  const answer = await graph(tenant, token, method, path, body)
  return { status: answer.status, body: answer.body as Body }
}

let counter = 0
function newUser(more: Record<string, unknown> = {}) {
  counter += 1
  return {
    accountEnabled: true,
    displayName: `New ${counter}`,
    mailNickname: `new${counter}`,
    userPrincipalName: `new${counter}@local-tenant.example`,
    passwordProfile: { password: 'Correct-horse-1', forceChangePasswordNextSignIn: true },
    ...more,
  }
}

async function created(more: Record<string, unknown> = {}) {
  const { status, body } = await ask('POST', '/users', newUser(more))
  expect(status).toBe(201)
  return body
}

describe('a user who is created', () => {
  it('is in the directory, with null for what was not said, and can sign in', async () => {
    const user = await created({ city: 'Oslo', jobTitle: 'Poet' })
    expect(user).toMatchObject({ jobTitle: 'Poet', mail: null, businessPhones: [] })
    const select = 'city,country,employeeId,createdDateTime,assignedLicenses,proxyAddresses'
    const got = await ask('GET', `/users/${String(user.id)}?$select=${select}`)
    expect(got.body).toMatchObject({
      city: 'Oslo',
      country: null,
      employeeId: null,
      assignedLicenses: [],
      proxyAddresses: [],
    })
    const year = String(new Date().getFullYear())
    expect(got.body.createdDateTime).toMatch(new RegExp(`^${year}`))
    const found = await ask('GET', "/users?$filter=city eq 'Oslo'")
    expect(found.body.value.map(({ id }) => id)).toEqual([user.id])
    const tokens = await signIn(tenant, {}, { user: String(user.userPrincipalName) })
    expect(claimsOf(tokens.id_token).oid).toBe(user.id)
    expect(JSON.stringify(got.body)).not.toContain('Correct-horse')
  })

  it('can have a manager from the start', async () => {
    const bound = { 'manager@odata.bind': `${tenant.graphUrl}/users/${people(tenant).first.id}` }
    const user = await created(bound)
    const manager = await ask('GET', `/users/${String(user.id)}/manager`)
    expect(manager.body.id).toBe(people(tenant).first.id)
  })

  it.each([
    ['accountEnabled', undefined, "A value is required for property 'accountEnabled'"],
    ['displayName', null, "Invalid value specified for property 'displayName'"],
    ['displayName', 'x'.repeat(257), "Invalid value specified for property 'displayName'"],
    ['mailNickname', undefined, "A value is required for property 'mailNickname'"],
    ['mailNickname', 'a b', "Invalid value specified for property 'mailNickname'"],
    ['userPrincipalName', undefined, "A value is required for property 'userPrincipalName'"],
    ['userPrincipalName', 'a#b', 'Property userPrincipalName is invalid.'],
    ['userPrincipalName', 'a@other.example', 'The domain portion of the userPrincipalName'],
    ['passwordProfile', undefined, 'A password must be specified'],
    ['passwordProfile', { password: 'lowercase' }, 'The specified password does not comply'],
    ['accountEnabled', 'yes', "Invalid value specified for property 'accountEnabled'"],
    ['businessPhones', ['1', '2'], "Invalid value specified for property 'businessPhones'"],
    ['usageLocation', 'NOR', "Invalid value specified for property 'usageLocation'"],
    ['nothing', 1, "Invalid property 'nothing'."],
    ['id', 'x', "Property 'id' is read-only and cannot be set."],
    ['createdDateTime', '2020-01-01T00:00:00Z', "Property 'createdDateTime' is read-only"],
    ['employeeHireDate', 'soon', "Invalid value specified for property 'employeeHireDate'"],
    ['employeeHireDate', '28 Nov 2026', "Invalid value specified for property 'employeeHireDate'"],
    ['employeeHireDate', '2026-11-28', "Invalid value specified for property 'employeeHireDate'"],
    [
      'employeeHireDate',
      '2026-11-28T10:00:00',
      "Invalid value specified for property 'employeeHireDate'",
    ],
    [
      'employeeHireDate',
      '2026-13-28T10:00:00Z',
      "Invalid value specified for property 'employeeHireDate'",
    ],
    ['mail', 'none', "Invalid value specified for property 'mail'"],
  ])('needs a good %s: %j is refused', async (name, value, message) => {
    const before = tenant.users.length
    const { status, body } = await ask('POST', '/users', newUser({ [name]: value }))
    expect([status, body.error]).toMatchObject([
      400,
      { code: 'Request_BadRequest', message: expect.stringContaining(message) },
    ])
    expect(body.error).toMatchObject({ details: [{ target: name }] })
    expect(tenant.users.length).toBe(before)
  })

  it('takes no user name or address of another', async () => {
    const { userPrincipalName } = people(tenant).first
    const taken = await ask(
      'POST',
      '/users',
      newUser({ userPrincipalName: userPrincipalName.toUpperCase() }),
    )
    expect([taken.status, taken.body.error]).toMatchObject([
      400,
      {
        code: 'Request_BadRequest',
        message:
          'Another object with the same value for property userPrincipalName already exists.',
        details: [{ code: 'ObjectConflict', target: 'userPrincipalName' }],
      },
    ])
    const mail = await ask('POST', '/users', newUser({ mail: userPrincipalName }))
    expect(mail.body.error).toMatchObject({ details: [{ target: 'proxyAddresses' }] })
  })

  it.each([[[]], ['text'], [null], [1]])('is no user if the body is %j', async (body) => {
    expect((await ask('POST', '/users', body)).status).toBe(400)
  })

  it('needs an administrator, and the permission', async () => {
    expect((await ask('POST', '/users', newUser(), member)).status).toBe(403)
  })
})

describe('a change of a user', () => {
  it('is seen at once, in lists, searches and orders too', async () => {
    const id = people(tenant).at(20).id
    const change = {
      displayName: 'Aaaron First',
      city: 'Bergen',
      employeeOrgData: { division: 'X' },
    }
    expect((await ask('PATCH', `/users/${id}`, change)).status).toBe(204)
    const got = await ask('GET', `/users/${id}?$select=displayName,city,employeeOrgData,surname`)
    expect(got.body).toMatchObject({
      displayName: 'Aaaron First',
      city: 'Bergen',
      employeeOrgData: { division: 'X', costCenter: expect.stringMatching(/^CC-/) },
      surname: people(tenant).at(20).surname,
    })
    const sorted = await ask('GET', '/users?$orderby=displayName&$top=1')
    expect(sorted.body.value).toMatchObject([{ id }])
    const headers = { consistencylevel: 'eventual' }
    const path = '/users?$search="displayName:aaaron"'
    const searched = await graph(tenant, admin, 'GET', path, undefined, headers)
    expect(searched.body.value).toMatchObject([{ id }])
    expect((await ask('PATCH', `/users/${id}`, { city: null })).status).toBe(204)
    expect((await ask('GET', `/users/${id}?$select=city`)).body.city).toBeNull()
  })

  it('of the account ends sign-in, and gives it back', async () => {
    const { id, userPrincipalName } = people(tenant).at(21)
    await ask('PATCH', `/users/${id}`, { accountEnabled: false })
    await expect(signIn(tenant, {}, { user: userPrincipalName })).rejects.toThrow(/asking/)
    await ask('PATCH', `/users/${id}`, { accountEnabled: true })
    expect(await signIn(tenant, {}, { user: userPrincipalName })).toHaveProperty('id_token')
  })

  it('of the password ends refresh tokens', async () => {
    const { id } = people(tenant).at(22)
    const tokens = await signIn(tenant, {}, { user: id })
    const passwordProfile = { password: 'Another-horse-2' }
    expect((await ask('PATCH', `/users/${id}`, { passwordProfile })).status).toBe(204)
    expect((await refresh(tenant, tokens.refresh_token)).body.error_codes).toEqual([50173])
  })

  it('of one’s own is possible for what is personal', async () => {
    expect(
      (await ask('PATCH', '/me', { mobilePhone: '+47 1', aboutMe: 'Hi' }, member)).status,
    ).toBe(204)
    const { body } = await ask('GET', '/me?$select=mobilePhone,aboutMe', undefined, member)
    expect(body).toMatchObject({ mobilePhone: '+47 1', aboutMe: 'Hi' })
    for (const change of [{ jobTitle: 'Boss' }, { accountEnabled: false }]) {
      expect((await ask('PATCH', '/me', change, member)).status).toBe(403)
    }
    const other = `/users/${people(tenant).at(3).id}`
    expect((await ask('PATCH', other, { mobilePhone: '1' }, member)).status).toBe(403)
  })

  it('of an unknown user is 404, and an unknown property 400', async () => {
    expect((await ask('PATCH', '/users/nobody', { city: 'x' })).status).toBe(404)
    const { body } = await ask('PATCH', `/users/${people(tenant).at(3).id}`, { nothing: 1 })
    expect(body.error).toMatchObject({ message: "Invalid property 'nothing'." })
  })

  it('of the manager is seen from both sides', async () => {
    const [user, manager] = [people(tenant).at(30), people(tenant).at(31)]
    const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/users/${manager.id}` }
    const path = `/users/${user.id}/manager`
    expect((await ask('PUT', `${path}/$ref`, reference)).status).toBe(204)
    expect((await ask('GET', path)).body.id).toBe(manager.id)
    const reports = await ask('GET', `/users/${manager.id}/directReports`)
    expect(reports.body.value.map(({ id }) => id)).toContain(user.id)
    expect((await ask('DELETE', `${path}/$ref`)).status).toBe(204)
    expect((await ask('GET', path)).status).toBe(404)
    for (const wrong of [{}, { '@odata.id': 'x' }, { '@odata.id': 1 }]) {
      expect((await ask('PUT', `${path}/$ref`, wrong)).status).toBe(400)
    }
    const own = { '@odata.id': `${tenant.graphUrl}/users/${user.id}` }
    expect((await ask('PUT', `${path}/$ref`, own)).status).toBe(400)
  })
})

describe('a user who is deleted', () => {
  it('is gone, cannot sign in, and comes back as before', async () => {
    const { id, userPrincipalName, groups } = people(tenant).at(25)
    const tokens = await signIn(tenant, { scope: 'openid offline_access User.Read' }, { user: id })
    expect((await ask('DELETE', `/users/${id}`)).status).toBe(204)
    expect((await ask('GET', `/users/${id}`)).status).toBe(404)
    expect((await ask('GET', '/me', undefined, tokens.access_token)).status).toBe(401)
    expect((await refresh(tenant, tokens.refresh_token)).status).toBe(400)
    await expect(signIn(tenant, {}, { user: userPrincipalName })).rejects.toThrow(/asking/)
    const deleted = await ask('GET', '/directory/deletedItems/microsoft.graph.user')
    expect(deleted.body.value).toMatchObject([
      {
        id,
        userPrincipalName: id.replaceAll('-', '') + userPrincipalName,
        deletedDateTime: expect.stringMatching(/Z$/),
      },
    ])
    expect((await ask('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(200)
    expect(await signIn(tenant, {}, { user: userPrincipalName })).toHaveProperty('id_token')
    expect(tenant.users.find((user) => user.id === id)?.groups).toEqual(groups)
    expect((await ask('GET', `/directory/deletedItems/${id}`)).status).toBe(404)
  })

  it('frees the user name, and cannot come back while another has it', async () => {
    const user = await created()
    const { userPrincipalName } = user
    await ask('DELETE', `/users/${String(user.id)}`)
    const other = await created({ userPrincipalName })
    const restore = `/directory/deletedItems/${String(user.id)}/restore`
    expect((await ask('POST', restore)).body.error).toMatchObject({
      details: [{ code: 'ObjectConflict', target: 'userPrincipalName' }],
    })
    await ask('DELETE', `/users/${String(other.id)}`)
    expect((await ask('POST', restore)).status).toBe(200)
  })

  it('is deleted and restored by requests that name the type of a body and have none', async () => {
    const user = await created()
    const send = async (method: string, path: string) => {
      const headers = { 'content-type': 'application/json' }
      return (await graph(tenant, admin, method, path, undefined, headers)).status
    }
    expect(await send('DELETE', `/users/${String(user.id)}`)).toBe(204)
    const restore = `/directory/deletedItems/${String(user.id)}/restore`
    expect(await send('POST', restore)).toBe(200)
    expect([await send('POST', '/users'), await send('POST', '/$batch')]).toEqual([400, 400])
  })

  it('can be deleted for good', async () => {
    const user = await created()
    await ask('DELETE', `/users/${String(user.id)}`)
    const path = `/directory/deletedItems/${String(user.id)}`
    expect((await ask('DELETE', path, undefined, member)).status).toBe(403)
    expect((await ask('GET', path)).status).toBe(200)
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('POST', `${path}/restore`)).status).toBe(404)
  })

  it('needs an administrator', async () => {
    const path = `/users/${people(tenant).at(3).id}`
    expect((await ask('DELETE', path, undefined, member)).status).toBe(403)
  })
})

describe('a group', () => {
  const security = {
    displayName: 'Club',
    mailEnabled: false,
    mailNickname: 'club',
    securityEnabled: true,
  }
  const unified = {
    displayName: 'Team',
    groupTypes: ['Unified'],
    mailEnabled: true,
    mailNickname: 'team',
    securityEnabled: false,
  }
  const made: string[] = []
  async function group(body: Record<string, unknown> = security) {
    const answer = await ask('POST', '/groups', body)
    expect(answer.status).toBe(201)
    made.push(String(answer.body.id))
    return answer.body
  }
  afterEach(async () => {
    for (const id of made.splice(0)) await ask('DELETE', `/groups/${id}`)
  })
  const reference = (id: string) => ({ '@odata.id': `${tenant.graphUrl}/directoryObjects/${id}` })

  it('that is created has members, and they have it, in tokens too', async () => {
    const user = people(tenant).at(15)
    const bound = { 'members@odata.bind': [`${tenant.graphUrl}/users/${user.id}`] }
    const { id } = await group({ ...security, ...bound })
    const members = await ask('GET', `/groups/${String(id)}/members?$select=id`)
    expect(members.body.value.map((one) => one.id)).toEqual([user.id])
    const tokens = await signIn(tenant, {}, { user: user.id })
    expect(claimsOf(tokens.id_token).groups).toContain(id)
    const path = `/groups/${String(id)}/members/${user.id}/$ref`
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('DELETE', path)).status).toBe(404)
    const after = await signIn(tenant, {}, { user: user.id })
    expect(claimsOf(after.id_token).groups ?? []).not.toContain(id)
  })

  it('in a group gives its members that group too, transitively', async () => {
    const user = people(tenant).at(16)
    const [outer, inner] = [await group(), await group({ ...security, displayName: 'Inner' })]
    const add = (to: unknown, id: string) =>
      ask('POST', `/groups/${String(to)}/members/$ref`, reference(id))
    expect((await add(outer.id, String(inner.id))).status).toBe(204)
    expect((await add(inner.id, user.id)).status).toBe(204)
    expect((await add(inner.id, String(outer.id))).status).toBe(204)
    const ids = async (path: string) =>
      (await ask('GET', `${path}?$top=999`)).body.value.map(({ id }) => id)
    expect(await ids(`/users/${user.id}/memberOf`)).not.toContain(outer.id)
    expect(await ids(`/users/${user.id}/transitiveMemberOf`)).toContain(outer.id)
    expect(await ids(`/groups/${String(outer.id)}/transitiveMembers`)).toContain(user.id)
    const tokens = await signIn(tenant, {}, { user: user.id })
    expect(claimsOf(tokens.id_token).groups).toEqual(expect.arrayContaining([outer.id, inner.id]))
  })

  it.each([
    ['displayName', undefined, "A value is required for property 'displayName'"],
    ['mailEnabled', undefined, "A value is required for property 'mailEnabled'"],
    ['mailNickname', 'a b', "Invalid value specified for property 'mailNickname'"],
    ['securityEnabled', false, 'The service does not currently support writes of mail-enabled'],
    ['mailEnabled', true, 'The service does not currently support writes of mail-enabled'],
    ['groupTypes', ['Other'], "Invalid value specified for property 'groupTypes'"],
    ['groupTypes', ['DynamicMembership'], "Invalid value specified for property 'membershipRule'"],
    [
      'membershipRule',
      '(user.city -eq "x")',
      "Invalid value specified for property 'membershipRule'",
    ],
    ['visibility', 'Open', "Invalid value specified for property 'visibility'"],
    ['nothing', 1, "Invalid property 'nothing'."],
    ['mail', 'x@y.example', "Property 'mail' is read-only and cannot be set."],
  ])('needs a good %s: %j is refused', async (name, value, message) => {
    const { status, body } = await ask('POST', '/groups', { ...security, [name]: value })
    expect([status, body.error]).toMatchObject([
      400,
      { code: 'Request_BadRequest', message: expect.stringContaining(message) },
    ])
  })

  it('of a rule has those whom it names, and takes no others', async () => {
    const { id } = await group({
      ...security,
      groupTypes: ['DynamicMembership'],
      membershipRule: 'user.department -eq "Finance" -or user.userType -eq "Guest"',
    })
    const members = await ask('GET', `/groups/${String(id)}/members?$top=999&$select=id`)
    const expected = tenant.users.filter(
      ({ department, userType }) => department === 'Finance' || userType === 'Guest',
    )
    expect(members.body.value.map((one) => one.id)).toEqual(expected.map((user) => user.id))
    const path = `/groups/${String(id)}/members`
    expect((await ask('POST', `${path}/$ref`, reference(people(tenant).at(3).id))).status).toBe(400)
    expect((await ask('DELETE', `${path}/${expected[0]?.id ?? ''}/$ref`)).status).toBe(400)
  })

  it('takes each member and owner once, and keeps its last owner', async () => {
    const { id } = await group(unified)
    const path = `/groups/${String(id)}`
    const owners = await ask('GET', `${path}/owners`)
    expect(owners.body.value).toMatchObject([{ id: people(tenant).administrator.id }])
    const user = people(tenant).at(17).id
    for (const list of ['members', 'owners']) {
      expect((await ask('POST', `${path}/${list}/$ref`, reference(user))).status).toBe(204)
      const again = await ask('POST', `${path}/${list}/$ref`, reference(user))
      expect([again.status, again.body.error]).toMatchObject([
        400,
        {
          code: 'Request_BadRequest',
          message: `One or more added object references already exist for the following modified properties: '${list}'.`,
        },
      ])
      expect((await ask('POST', `${path}/${list}/$ref`, {})).status).toBe(400)
    }
    expect((await ask('DELETE', `${path}/owners/${user}/$ref`)).status).toBe(204)
    const last = people(tenant).administrator.id
    expect((await ask('DELETE', `${path}/owners/${last}/$ref`)).status).toBe(400)
    const nested = people(tenant).inManyGroups.groups[0] ?? ''
    expect((await ask('POST', `${path}/members/$ref`, reference(nested))).status).toBe(400)
  })

  it('of Microsoft 365 can be restored, a security group cannot', async () => {
    const [team, club] = [await group(unified), await group()]
    for (const { id } of [team, club]) await ask('DELETE', `/groups/${String(id)}`)
    const deleted = await ask('GET', '/directory/deletedItems/microsoft.graph.group')
    expect(deleted.body.value.map(({ id }) => id)).toContain(team.id)
    expect(deleted.body.value.map(({ id }) => id)).not.toContain(club.id)
    expect((await ask('POST', `/directory/deletedItems/${String(team.id)}/restore`)).status).toBe(
      200,
    )
    expect((await ask('GET', `/groups/${String(team.id)}`)).status).toBe(200)
  })

  it('can be changed by administrators, in what can change', async () => {
    const { id } = await group()
    const path = `/groups/${String(id)}`
    expect((await ask('PATCH', path, { description: 'Of all' })).status).toBe(204)
    expect((await ask('GET', path)).body.description).toBe('Of all')
    expect((await ask('PATCH', path, { isAssignableToRole: true })).status).toBe(400)
    expect((await ask('PATCH', path, { mailEnabled: true })).status).toBe(400)
    expect((await ask('PATCH', path, { description: 'x' }, member)).status).toBe(403)
  })

  it('of a role takes and loses members; the last administrator stays', async () => {
    const template = '62e90394-69f5-4237-9190-012177145e10'
    const role = (await ask('GET', `/directoryRoles(roleTemplateId='${template}')`)).body
    const path = `/directoryRoles/${String(role.id)}/members`
    const user = people(tenant).at(19).id
    expect((await ask('POST', `${path}/$ref`, reference(user))).status).toBe(204)
    expect(tenant.users.find(({ id }) => id === user)?.isAdmin).toBe(true)
    expect((await ask('POST', `${path}/$ref`, reference(user))).status).toBe(400)
    expect((await ask('DELETE', `${path}/${user}/$ref`)).status).toBe(204)
    const last = people(tenant).administrator.id
    expect((await ask('DELETE', `${path}/${last}/$ref`)).status).toBe(400)
  })
})

describe('a user without a role, whose application may write everything', () => {
  it('writes no users, and only groups that are their own', async () => {
    const wanted = { scope: 'openid Directory.ReadWrite.All' }
    await consentForAll(tenant, 'Directory.ReadWrite.All')
    const [owner, other] = [people(tenant).at(26), people(tenant).at(27)]
    const tokenOf = async (user: string) => (await signIn(tenant, wanted, { user })).access_token
    const [owning, not] = [await tokenOf(owner.id), await tokenOf(other.id)]
    expect((await ask('POST', '/users', newUser(), owning)).status).toBe(403)
    expect((await ask('PATCH', `/users/${other.id}`, { city: 'x' }, owning)).status).toBe(403)
    expect((await ask('DELETE', `/users/${other.id}`, undefined, owning)).status).toBe(403)
    const photo = await fetch(`${tenant.graphUrl}/users/${other.id}/photo/$value`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${owning}`, 'content-type': 'image/png' },
      body: 'x',
    })
    expect(photo.status).toBe(403)
    const group = { displayName: 'O', mailEnabled: false, mailNickname: 'o', securityEnabled: true }
    const { status, body } = await ask('POST', '/groups', group, owning)
    expect(status).toBe(201)
    const path = `/groups/${String(body.id)}`
    expect((await ask('GET', `${path}/owners`)).body.value).toMatchObject([{ id: owner.id }])
    const reference = { '@odata.id': `${tenant.graphUrl}/directoryObjects/${other.id}` }
    for (const [token, expected] of [
      [not, 403],
      [owning, 204],
    ] as const) {
      expect((await ask('PATCH', path, { description: 'x' }, token)).status).toBe(expected)
      expect((await ask('POST', `${path}/members/$ref`, reference, token)).status).toBe(expected)
      expect((await ask('DELETE', path, undefined, token)).status).toBe(expected)
    }
    const roles = { ...group, isAssignableToRole: true }
    expect((await ask('POST', '/groups', roles, owning)).status).toBe(403)
  })
})

describe('sign-in sessions', () => {
  it('end when they are revoked', async () => {
    const user = people(tenant).at(23).id
    const tokens = await signIn(tenant, {}, { user })
    const answer = await ask('POST', `/users/${user}/revokeSignInSessions`)
    expect([answer.status, answer.body.value]).toEqual([200, true])
    expect((await refresh(tenant, tokens.refresh_token)).body.error_codes).toEqual([50173])
  })

  it('end in browsers too, when they are revoked and when an administrator sets the password', async () => {
    const { id, userPrincipalName } = people(tenant).at(24)
    const other = people(tenant).at(26)
    const cookies = new Map<string, string>()
    const silent = async (user: string) => {
      const url = authorizeUrl(tenant, { prompt: 'none', login_hint: user })
      const { location } = await signInAtTenant(url, { cookies })
      return new URL(location).searchParams.get('error')
    }
    await codeOf(tenant, {}, { cookies, user: other.id })
    for (const end of [
      () => ask('POST', `/users/${id}/revokeSignInSessions`),
      () => ask('PATCH', `/users/${id}`, { passwordProfile: { password: 'Correct-horse-2' } }),
    ]) {
      await codeOf(tenant, { prompt: 'login' }, { cookies, user: id })
      expect(await silent(userPrincipalName)).toBeNull()
      expect((await end()).status).toBeLessThan(300)
      expect(await silent(userPrincipalName)).toBe('login_required')
      expect(await silent(other.userPrincipalName)).toBeNull()
    }
  })

  it('of a user who was deleted are none', async () => {
    const { id } = people(tenant).at(27)
    const cookies = new Map<string, string>()
    await codeOf(tenant, {}, { cookies, user: id })
    await ask('DELETE', `/users/${id}`)
    const { location } = await signInAtTenant(authorizeUrl(tenant, { prompt: 'none' }), { cookies })
    expect(new URL(location).searchParams.get('error')).toBe('login_required')
    // Another user can sign in, without a way around.
    expect(await codeOf(tenant, {}, { cookies, user: people(tenant).at(28).id })).not.toBe('')
  })
})

describe('a photo', () => {
  const bytes = Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3])
  const send = (method: string, path: string, token: string, body?: Buffer, type = 'image/jpeg') =>
    fetch(tenant.graphUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': type } : {}) },
      ...(body ? { body: new Uint8Array(body) } : {}),
    })

  it('that is written is sent as it is, until it is deleted', async () => {
    expect((await send('PUT', '/me/photo/$value', member, bytes)).status).toBe(200)
    const answer = await send('GET', '/me/photo/$value', member)
    expect(answer.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    const metadata = await ask('GET', '/me/photo', undefined, member)
    expect(metadata.body['@odata.mediaContentType']).toBe('image/jpeg')
    const known = { 'if-none-match': answer.headers.get('etag') ?? '' }
    const again = await graph(tenant, member, 'GET', '/me/photo/$value', undefined, known)
    expect(again.status).toBe(304)
    expect((await send('DELETE', '/me/photo/$value', member)).status).toBe(204)
    expect((await send('GET', '/me/photo/$value', member)).status).toBe(404)
  })

  it('of others needs an administrator, and has to be an image', async () => {
    const path = `/users/${people(tenant).at(4).id}/photo/$value`
    expect((await send('PUT', path, member, bytes)).status).toBe(403)
    expect((await send('PUT', path, admin, bytes)).status).toBe(200)
    const text = Buffer.from('{}')
    expect((await send('PUT', path, admin, text, 'application/json')).status).toBe(400)
    // The client for JavaScript sends this type with everything.
    expect((await send('PUT', path, admin, bytes, 'application/json')).status).toBe(200)
    const photo = await send('GET', path, admin)
    expect(photo.headers.get('content-type')).toBe('image/jpeg')
    expect((await send('PUT', path, admin, Buffer.alloc(0), 'image/png')).status).toBe(400)
  })
})

describe('an invitation', () => {
  const invite = (body: unknown, token = admin) => ask('POST', '/invitations', body, token)
  const guest = {
    invitedUserEmailAddress: 'ada@invited.example',
    inviteRedirectUrl: 'https://app.example/',
    invitedUserDisplayName: 'Ada',
  }

  it('makes a guest, who signs in by the address at home', async () => {
    const { status, body } = await invite(guest)
    expect([status, body]).toMatchObject([
      201,
      { status: 'PendingAcceptance', invitedUserType: 'Guest' },
    ])
    const { id } = body.invitedUser as { id: string }
    const select = '$select=userPrincipalName,userType,externalUserState,creationType,mail'
    expect((await ask('GET', `/users/${id}?${select}`)).body).toMatchObject({
      userPrincipalName: 'ada_invited.example#EXT#@local-tenant.example',
      userType: 'Guest',
      externalUserState: 'PendingAcceptance',
      creationType: 'Invitation',
      mail: 'ada@invited.example',
    })
    const tokens = await signIn(tenant, {}, { user: id })
    expect(claimsOf(tokens.id_token).oid).toBe(id)
    expect((await invite(guest)).status).toBe(400)
  })

  it.each([
    ['invitedUserEmailAddress', undefined],
    ['invitedUserEmailAddress', 'nothing'],
    ['invitedUserEmailAddress', 'new@local-tenant.example'],
    ['inviteRedirectUrl', undefined],
    ['inviteRedirectUrl', 'nowhere'],
    ['nothing', 1],
  ])('needs a good %s: %j is refused', async (name, value) => {
    const { status, body } = await invite({ ...guest, [name]: value })
    expect([status, body.error]).toMatchObject([400, { code: 'Request_BadRequest' }])
  })

  it('needs the permission', async () => {
    expect((await invite(guest, member)).status).toBe(403)
  })
})
