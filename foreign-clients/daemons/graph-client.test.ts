import { ClientSecretCredential } from '@azure/identity'
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  PageIterator,
  ResponseType,
} from '@microsoft/microsoft-graph-client'
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { people, type TenantUser } from '../../packages/tenant/src/testing/index.ts'
import { signInAdministrator } from '../administrator.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'

const redirectUri = 'http://localhost:6178/auth/redirect'

let at: TlsTenant
/** For a user. */
let client: Client
/** For an application. */
let daemon: Client
let user: TenantUser
beforeAll(async () => {
  at = await startDropIn({ web: { redirectUris: [redirectUri] } })
  const administrator = await signInAdministrator(at, redirectUri)
  await administrator.grantAppRoles(['User.ReadWrite.All', 'Group.ReadWrite.All'])
  user = people(at.tenant).administrator
  const scopes = ['User.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.Read.All']
  const token = await administrator.tokenFor(scopes)
  client = Client.init({ authProvider: (done) => done(null, token) })
  const { clientId, clientSecret } = at.client
  const credential = new ClientSecretCredential(at.tenant.tenantId, clientId, clientSecret)
  const options = { scopes: ['https://graph.microsoft.com/.default'] }
  daemon = Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, options),
  })
})
afterAll(() => at?.end())

interface Page {
  value: { id: string; displayName: string }[]
  '@odata.count'?: number
  '@odata.nextLink'?: string
  '@odata.deltaLink'?: string
}

const get = async (path: string) => (await client.api(path).get()) as Page & Record<string, unknown>

describe('The Graph client for JavaScript, with its default address', () => {
  it('reads the user', async () => {
    expect(await get('/me')).toMatchObject({ id: user.id, displayName: user.displayName })
    const some = (await client.api('/me').select(['id', 'mail']).get()) as object
    expect(some).toMatchObject({ id: user.id, mail: user.mail })
    expect(some).not.toHaveProperty('displayName')
    const beta = (await client.api('/me').version('beta').get()) as object
    expect(beta).toMatchObject({ id: user.id })
    expect(await get(`/users/${user.userPrincipalName}`)).toMatchObject({ id: user.id })
  })

  it('reads photos as bytes', async () => {
    const path = `/users/${people(at.tenant).first.id}/photo`
    expect(await get(path)).toHaveProperty(
      '@odata.mediaContentType',
      expect.stringMatching('^image/'),
    )
    const bytes = (await client
      .api(`${path}/$value`)
      .responseType(ResponseType.ARRAYBUFFER)
      .get()) as ArrayBuffer
    expect(bytes.byteLength).toBeGreaterThan(100)
  })

  it.each([
    ['top', () => client.api('/users').top(3), 3],
    ['filter', () => client.api('/users').filter(`id eq '${user.id}'`), 1],
    ['orderby', () => client.api('/users').orderby('displayName').top(2), 2],
    [
      'search',
      () =>
        client
          .api('/users')
          .header('ConsistencyLevel', 'eventual')
          .search(`"displayName:${user.displayName}"`),
      1,
    ],
    ['query', () => client.api('/users').query({ $top: '4', $select: 'id' }), 4],
  ])('lists users by %s', async (_, request, expected) => {
    const { value } = (await request().get()) as Page
    expect(value).toHaveLength(expected)
  })

  it('counts users', async () => {
    const request = client.api('/users').header('ConsistencyLevel', 'eventual')
    const page = (await request.count(true).top(1).get()) as Page
    expect(page['@odata.count']).toBe(at.tenant.users.length)
    const count = client.api('/users/$count').header('ConsistencyLevel', 'eventual')
    expect(Number(await count.get())).toBe(at.tenant.users.length)
  })

  it('walks through all pages', async () => {
    const ids = new Set<string>()
    const first = (await client.api('/users').select('id').top(100).get()) as Page
    const iterator = new PageIterator(client, first, ({ id }: { id: string }) => {
      ids.add(id)
      return true
    })
    await iterator.iterate()
    expect(ids.size).toBe(at.tenant.users.length)
  })

  it('follows changes', async () => {
    let page = await get('/users/delta?$select=displayName')
    while (page['@odata.nextLink']) page = await get(page['@odata.nextLink'])
    const link = page['@odata.deltaLink'] ?? ''
    const { id } = people(at.tenant).at(20)
    await client.api(`/users/${id}`).patch({ jobTitle: 'Changed', displayName: 'Changed Name' })
    expect((await get(link)).value).toMatchObject([{ id, displayName: 'Changed Name' }])
  })

  it('sends a batch', async () => {
    const requests = [
      { id: 'me', request: new Request('https://graph.microsoft.com/me') },
      { id: 'users', request: new Request('https://graph.microsoft.com/users?$top=2') },
      { id: 'nobody', request: new Request('https://graph.microsoft.com/users/nobody') },
    ]
    const content = await new BatchRequestContent(requests).getContent()
    const answer = new BatchResponseContent(await client.api('/$batch').post(content))
    expect(await answer.getResponseById('me').json()).toMatchObject({ id: user.id })
    const page = (await answer.getResponseById('users').json()) as Page
    expect(page.value).toHaveLength(2)
    expect(answer.getResponseById('nobody').status).toBe(404)
  })

  it('reads groups, members, managers and roles', async () => {
    const [group] = (await get('/groups?$top=1')).value
    expect(await get(`/groups/${group?.id}`)).toMatchObject({ id: group?.id })
    expect((await get(`/groups/${group?.id}/members`)).value).toBeInstanceOf(Array)
    expect((await get('/me/memberOf')).value).toBeInstanceOf(Array)
    const checked = (await client
      .api('/me/checkMemberGroups')
      .post({ groupIds: [group?.id] })) as Page
    expect(checked.value).toBeInstanceOf(Array)
    const all = (await client
      .api('/me/getMemberObjects')
      .post({ securityEnabledOnly: false })) as Page
    expect(all.value).toBeInstanceOf(Array)
    const { id } = people(at.tenant).at(21)
    expect(await get(`/users/${id}/manager`)).toHaveProperty('id')
    expect((await get('/organization')).value).toMatchObject([{ id: at.tenant.tenantId }])
  })

  it('creates, changes and deletes users and groups', async () => {
    const name = `new.person@${user.userPrincipalName.split('@')[1]}`
    const created = (await client.api('/users').post({
      accountEnabled: true,
      displayName: 'New Person',
      mailNickname: 'new.person',
      userPrincipalName: name,
      passwordProfile: {
        forceChangePasswordNextSignIn: true,
        password: 'xWwvJ]6NMw+bWH-d',
      },
    })) as { id: string }
    await client.api(`/users/${created.id}`).update({ jobTitle: 'Tester' })
    expect(await get(`/users/${name}?$select=jobTitle`)).toMatchObject({ jobTitle: 'Tester' })
    const group = (await client.api('/groups').post({
      displayName: 'New group',
      mailEnabled: false,
      mailNickname: 'new-group',
      securityEnabled: true,
    })) as { id: string }
    const reference = `https://graph.microsoft.com/v1.0/directoryObjects/${created.id}`
    await client.api(`/groups/${group.id}/members/$ref`).post({ '@odata.id': reference })
    expect((await get(`/groups/${group.id}/members`)).value).toMatchObject([{ id: created.id }])
    await client.api(`/groups/${group.id}`).delete()
    await client.api(`/users/${created.id}`).delete()
    await expect(get(`/users/${created.id}`)).rejects.toMatchObject({ statusCode: 404 })
  })

  it('reads users as an application, and is no user itself', async () => {
    const found = (await daemon.api(`/users/${user.id}`).get()) as object
    expect(found).toMatchObject({ id: user.id })
    await expect(daemon.api('/me').get()).rejects.toMatchObject({ statusCode: 400 })
  })

  it('reports Graph’s errors', async () => {
    await expect(get('/users/nobody')).rejects.toMatchObject({
      statusCode: 404,
      code: 'Request_ResourceNotFound',
    })
    await expect(get("/users?$filter=endsWith(mail,'x')")).rejects.toMatchObject({
      statusCode: 400,
      code: 'Request_UnsupportedQuery',
    })
  })
})
