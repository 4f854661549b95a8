import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDrives, mostItems } from '../src/drives/drives.ts'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { consentForAll, postToken, redirectUri, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
let token: string
let reader: string
let other: string
beforeAll(async () => {
  tenant = await createTenant({ users: 20 })
  await consentForAll(tenant, 'Files.ReadWrite Files.ReadWrite.All Files.Read User.Read')
  const scope = 'openid Files.ReadWrite.All User.Read'
  token = (await signIn(tenant, { scope: 'openid Files.ReadWrite' })).access_token
  reader = (await signIn(tenant, { scope: 'openid Files.Read' })).access_token
  const user = people(tenant).at(3).id
  other = (await signIn(tenant, { scope }, { user })).access_token
})
afterAll(() => tenant.close())

type Json = Record<string, unknown>
interface Answer {
  status: number
  headers: Headers
  text: string
  body: Json & { value: Json[]; id: string; name: string; error?: { code: string } & Json }
}

async function ask(
  method: string,
  path: string,
  { as = token, headers = {}, body }: { as?: string; headers?: Json; body?: unknown } = {},
): Promise<Answer> {
  const isBytes = typeof body === 'string' || body instanceof Uint8Array
  const answer = await callGraph(tenant, path, as, {
    method,
    headers: {
      'content-type': isBytes ? 'application/octet-stream' : 'application/json',
      ...(headers as Record<string, string>),
    },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: isBytes ? (body as string) : JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json')
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Answer['body'],
  }
}

const codeOf = ({ status, body }: Answer) => [status, body.error?.code]
const inner = ({ body }: Answer) => (Object(body.error?.['innerError']) as Json)['code']
const put = (path: string, body: unknown = 'text', headers: Json = {}) =>
  ask('PUT', `/me/drive/root:/${path}:/content`, { body, headers })

beforeEach(() => tenant.reset())

describe('a drive', () => {
  it('belongs to its user, and has ids of its own', async () => {
    const { first } = people(tenant)
    const { body } = await ask('GET', '/me/drive')
    expect(body).toMatchObject({
      '@odata.context': `${tenant.graphUrl}/$metadata#drives/$entity`,
      driveType: 'business',
      name: 'OneDrive',
      owner: { user: { id: first.id, displayName: first.displayName } },
      quota: { state: 'normal', used: 0, deleted: 0 },
    })
    const same = { id: body.id }
    expect((await ask('GET', `/drives/${body.id}`)).body).toMatchObject(same)
    expect((await ask('GET', `/users/${first.id}/drive`)).body).toMatchObject(same)
    expect((await ask('GET', '/me/drives')).body.value).toMatchObject([same])
    expect((await ask('GET', '/me/drive?$select=id')).body).toEqual({
      '@odata.context': `${tenant.graphUrl}/$metadata#drives(id)/$entity`,
      id: body.id,
    })
  })

  it('has a root folder, which stays as it is', async () => {
    const { body } = await ask('GET', '/me/drive/root')
    expect(body).toMatchObject({ name: 'root', root: {}, folder: { childCount: 0 }, size: 0 })
    expect(body).not.toHaveProperty('file')
    expect(codeOf(await ask('DELETE', '/me/drive/root'))).toEqual([400, 'invalidRequest'])
    const renamed = await ask('PATCH', '/me/drive/root', { body: { name: 'x' } })
    expect(codeOf(renamed)).toEqual([400, 'invalidRequest'])
    expect(codeOf(await ask('GET', '/me/drive/root/content'))).toEqual([400, 'invalidRequest'])
  })

  it('is not there for guests, and not shared with anybody', async () => {
    const guest = people(tenant).guest.id
    const { access_token: as } = await signIn(
      tenant,
      { scope: 'openid Files.ReadWrite' },
      { user: guest },
    )
    expect(codeOf(await ask('GET', '/me/drive', { as }))).toEqual([404, 'ResourceNotFound'])
    const { id } = (await ask('GET', '/me/drive')).body
    expect(codeOf(await ask('GET', `/drives/${id}`, { as: other }))).toEqual([403, 'accessDenied'])
    const path = `/users/${people(tenant).first.id}/drive/root`
    expect(codeOf(await ask('GET', path, { as: other }))).toEqual([403, 'accessDenied'])
    expect(codeOf(await ask('GET', '/drives/b!abc'))).toEqual([400, 'invalidRequest'])
    expect(codeOf(await ask('GET', '/users/nobody/drive', { as: other }))[0]).toBe(404)
  })

  it('needs a permission for reading, and another one for writing', async () => {
    const { access_token: none } = await signIn(tenant, { scope: 'openid User.Read' })
    expect(codeOf(await ask('GET', '/me/drive', { as: none }))).toEqual([403, 'accessDenied'])
    expect((await ask('GET', '/me/drive/root/children', { as: reader })).status).toBe(200)
    const written = await ask('PUT', '/me/drive/root:/a.txt:/content', { as: reader, body: 'x' })
    expect(codeOf(written)).toEqual([403, 'accessDenied'])
    const folder = await ask('POST', '/me/drive/root/children', { as: reader, body: {} })
    expect(codeOf(folder)).toEqual([403, 'accessDenied'])
    const session = await ask('POST', '/me/drive/root:/a.txt:/createUploadSession', { as: reader })
    expect(codeOf(session)).toEqual([403, 'accessDenied'])
    expect((await ask('GET', '/me/drive', { as: 'wrong' })).status).toBe(401)
  })

  it('of anybody is open to an application with the permission', async () => {
    const grant = {
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    }
    const { access_token: bare } = (await postToken(tenant, grant)).body
    const path = `/users/${people(tenant).first.id}/drive/root`
    expect(codeOf(await ask('GET', path, { as: bare }))).toEqual([403, 'accessDenied'])
    expect(codeOf(await ask('GET', '/me/drive', { as: bare }))[0]).toBe(400)
    const permissions = { applicationPermissions: ['Files.ReadWrite.All'] }
    const client = { ...localClient, web: { redirectUris: [redirectUri] }, ...permissions }
    const another = await createTenant({ users: 13, clients: [client] })
    try {
      const { access_token: as } = (await postToken(another, grant)).body
      const content = `${another.graphUrl}/users/${people(another).first.id}/drive/root:/a.txt:/content`
      const headers = { authorization: `Bearer ${as}` }
      const written = await fetch(content, { method: 'PUT', headers, body: 'x' })
      const { createdBy } = (await written.json()) as Json
      expect([written.status, createdBy]).toEqual([
        201,
        { application: { id: client.clientId, displayName: client.name } },
      ])
    } finally {
      await another.close()
    }
  })
})

describe('a file', () => {
  it('is created, fetched, replaced and deleted by its path', async () => {
    const created = await put('notes.txt', 'first')
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({
      name: 'notes.txt',
      size: 5,
      file: { mimeType: 'text/plain', hashes: { quickXorHash: expect.any(String) } },
      parentReference: { driveType: 'business', path: '/drive/root:' },
      createdBy: { user: { id: people(tenant).first.id }, application: {} },
    })
    const { id } = created.body
    const content = await ask('GET', '/me/drive/root:/notes.txt:/content')
    expect(content.status).toBe(302)
    const fetched = await fetch(content.headers.get('location') ?? '')
    expect([fetched.status, await fetched.text()]).toEqual([200, 'first'])
    expect(fetched.headers.get('content-type')).toMatch('text/plain')
    const replaced = await put('notes.txt', 'second')
    expect([replaced.status, replaced.body.id, replaced.body['size']]).toEqual([200, id, 6])
    expect(replaced.body['eTag']).not.toBe(created.body['eTag'])
    expect((await ask('DELETE', `/me/drive/items/${id}`)).status).toBe(204)
    expect(codeOf(await ask('GET', `/me/drive/items/${id}`))).toEqual([404, 'itemNotFound'])
  })

  it('keeps its bytes, whatever type they are sent as', async () => {
    const body = '{"not": json'
    const { id } = (await put('data.json', body, { 'content-type': 'application/json' })).body
    const { headers } = await ask('GET', `/me/drive/items/${id}/content`)
    expect(await (await fetch(headers.get('location') ?? '')).text()).toBe(body)
    expect((await put('empty.bin', '')).body).toMatchObject({ size: 0, file: {} })
  })

  it.each([
    '/me/drive/root:/a/b/file one.txt',
    '/me/drive/root:/A/B/File%20One.txt:',
    '/me/drive/root:/a:/children/b/children/file one.txt',
    '/me/drive/items/root:/a/b/file one.txt',
    '/me/drive/items/{folder}:/file one.txt',
    "/me/drive/items('{id}')",
    '/me/drive/items/{id}',
    '/drives/{drive}/root:/a/b/file one.txt',
    '/drive/root:/a//b/file one.txt',
    '/me/drive/root/children/a/children/b/children/file one.txt',
  ])('has the address %s', async (form) => {
    const { id, parentReference } = (await put('a/b/file%20one.txt')).body
    const { id: folder, driveId: drive } = parentReference as Record<string, string>
    const path = form
      .replace('{id}', id)
      .replace('{folder}', folder ?? '')
      .replace('{drive}', drive ?? '')
    expect((await ask('GET', path)).body).toMatchObject({ id, name: 'file one.txt' })
  })

  it('may have names that look like keys, functions or percent signs of nothing', async () => {
    for (const name of ["users('x')", 'delta()', '$value', 'content', 'ünï.txt']) {
      const { body } = await put(encodeURIComponent(name))
      expect(body.name).toBe(name)
      const { body: again } = await ask('GET', `/me/drive/root:/${encodeURIComponent(name)}`)
      expect(again.id).toBe(body.id)
    }
    expect(codeOf(await put('100%'))).toEqual([400, 'invalidRequest'])
  })

  it('is in a special folder', async () => {
    await ask('PUT', '/me/drive/special/documents:/x.txt:/content', { body: 'x' })
    expect((await ask('GET', '/me/drive/root:/Documents/x.txt')).status).toBe(200)
    expect(codeOf(await ask('GET', '/me/drive/special/nothing'))).toEqual([404, 'itemNotFound'])
  })

  it.each(['a*b', 'a<b', 'a|b', 'a"b', 'a\\b', 'a#b', 'a%b', 'CON', '~x', 'x.', ' x', 'a\u0007b'])(
    'cannot be named %j',
    async (name) => {
      const refused = await put(encodeURIComponent(name))
      expect([...codeOf(refused), inner(refused)]).toEqual([400, 'invalidRequest', 'invalidPath'])
      const folder = await ask('POST', '/me/drive/root/children', { body: { name, folder: {} } })
      expect(codeOf(folder)).toEqual([400, 'invalidRequest'])
    },
  )

  it('has at most 400 characters in its path', async () => {
    const part = 'a'.repeat(130)
    expect((await put(`${part}/${part}/${part}`)).status).toBe(201)
    const refused = await put(`${part}/${part}/${part}/bbbbbbbbb`)
    expect([...codeOf(refused), inner(refused)]).toEqual([400, 'invalidRequest', 'pathIsTooLong'])
    expect(codeOf(await put('b'.repeat(256)))).toEqual([400, 'invalidRequest'])
  })

  it('is replaced, refused or renamed, as the request says', async () => {
    await put('a.txt', 'old')
    const word = (text: string) =>
      `/me/drive/root:/a.txt:/content?@microsoft.graph.conflictBehavior=${text}`
    const fail = await ask('PUT', word('fail'), { body: 'new' })
    expect(codeOf(fail)).toEqual([409, 'nameAlreadyExists'])
    const renamed = await ask('PUT', word('rename'), { body: 'new' })
    expect([renamed.status, renamed.body.name]).toEqual([201, 'a 1.txt'])
    expect((await ask('PUT', word('replace'), { body: 'new' })).status).toBe(200)
    expect(codeOf(await ask('PUT', word('other'), { body: '' }))).toEqual([400, 'invalidRequest'])
    await ask('POST', '/me/drive/root/children', { body: { name: 'folder', folder: {} } })
    expect(codeOf(await put('folder'))).toEqual([400, 'invalidRequest'])
    expect(codeOf(await put('a.txt/inside'))).toEqual([404, 'itemNotFound'])
  })

  it('is changed under the tag that the client knows only', async () => {
    const { eTag, cTag } = (await put('a.txt')).body
    const tag = (value: unknown) => ({ 'if-match': value })
    expect(codeOf(await put('a.txt', 'x', tag('"other"')))).toEqual([412, 'resourceModified'])
    expect((await put('a.txt', 'x', tag(cTag))).status).toBe(200)
    const late = { headers: tag(eTag) }
    expect(codeOf(await ask('DELETE', '/me/drive/root:/a.txt', late))).toEqual([
      412,
      'resourceModified',
    ])
    const patched = await ask('PATCH', '/me/drive/root:/a.txt', { ...late, body: { name: 'b' } })
    expect(patched.status).toBe(412)
    const { eTag: now } = (await ask('GET', '/me/drive/root:/a.txt')).body
    const known = { headers: { 'if-none-match': now } }
    expect((await ask('GET', '/me/drive/root:/a.txt', known)).status).toBe(304)
    const path = '/me/drive/root:/a.txt'
    expect((await ask('DELETE', path, { headers: tag(now) })).status).toBe(204)
  })

  it('takes no room that the tenant does not have', async () => {
    const half = new Uint8Array(26 * 1024 * 1024)
    expect((await put('half.bin', half)).status).toBe(201)
    expect(codeOf(await put('new/more.bin', half))).toEqual([507, 'quotaLimitReached'])
    expect((await ask('GET', '/me/drive/root:/new')).status).toBe(404)
    expect((await put('half.bin', half)).status).toBe(200)
    const asked = { body: { item: { fileSize: half.length } } }
    const session = await ask('POST', '/me/drive/root:/b.bin:/createUploadSession', asked)
    expect(codeOf(session)).toEqual([507, 'quotaLimitReached'])
    expect((await ask('GET', '/me/drive')).body['quota']).toMatchObject({ used: half.length })
    expect((await put('huge.bin', new Uint8Array(52_428_801))).status).toBe(413)
  })
})

describe('a folder', () => {
  const folder = (name: string, more: Json = {}) =>
    ask('POST', '/me/drive/root/children', { body: { name, folder: {}, ...more } })

  it('is created, listed, sorted and expanded', async () => {
    const { status, body } = await folder('Plans')
    expect([status, body['folder']]).toEqual([201, { childCount: 0 }])
    await put('Plans/b.txt', 'bb')
    await put('Plans/a.txt', 'a'.repeat(10))
    const list = async (query: string) => {
      const { body: page } = await ask('GET', `/me/drive/root:/Plans:/children${query}`)
      return page.value.map(({ name }) => name)
    }
    expect(await list('')).toEqual(['a.txt', 'b.txt'])
    expect(await list('?$orderby=name desc')).toEqual(['b.txt', 'a.txt'])
    expect(await list('?$orderby=size')).toEqual(['b.txt', 'a.txt'])
    expect(await list("?$filter=name eq 'b.txt'")).toEqual(['b.txt'])
    const page = (await ask('GET', `/me/drive/items/${body.id}/children?$top=1&$select=name`)).body
    expect(page.value).toEqual([{ name: 'a.txt' }])
    const next = String(page['@odata.nextLink']).replace(tenant.graphUrl, '')
    expect((await ask('GET', next)).body.value).toEqual([{ name: 'b.txt' }])
    const whole = (await ask('GET', '/me/drive/root:/Plans?$expand=children')).body
    expect(whole).toMatchObject({ size: 12, children: [{ name: 'a.txt' }, { name: 'b.txt' }] })
    expect((await ask('GET', '/me/drive/root?$expand=thumbnails')).status).toBe(400)
  })

  it('fails on a taken name, unless it is to be renamed', async () => {
    await folder('Plans')
    expect(codeOf(await folder('plans'))).toEqual([409, 'nameAlreadyExists'])
    const conflict = { '@microsoft.graph.conflictBehavior': 'rename' }
    expect((await folder('Plans', conflict)).body.name).toBe('Plans 1')
    const replace = { '@microsoft.graph.conflictBehavior': 'replace' }
    expect(codeOf(await folder('Plans', replace))).toEqual([409, 'nameAlreadyExists'])
    const odd = [{}, { name: 'x' }, { folder: {} }, { name: 3, folder: {} }, []]
    for (const body of odd) {
      const refused = await ask('POST', '/me/drive/root/children', { body })
      expect(codeOf(refused)).toEqual([400, 'invalidRequest'])
    }
    const missing = await ask('POST', '/me/drive/items/01X/children', { body: {} })
    expect(codeOf(missing)).toEqual([404, 'itemNotFound'])
  })

  it('is renamed and moved with what is in it, and not into itself', async () => {
    const outer = (await folder('Outer')).body.id
    const { body } = await put('Inner/a.txt')
    const path = '/me/drive/root:/Inner'
    const moved = await ask('PATCH', path, {
      body: { name: 'Moved', parentReference: { id: outer } },
    })
    expect(moved.body).toMatchObject({ name: 'Moved', parentReference: { id: outer } })
    const { body: file } = await ask('GET', '/me/drive/root:/Outer/Moved/a.txt')
    expect(file.id).toBe(body.id)
    const into = (id: unknown) => ({ body: { parentReference: { id } } })
    const inside = await ask('PATCH', `/me/drive/items/${outer}`, into(moved.body.id))
    expect(codeOf(inside)).toEqual([400, 'invalidRequest'])
    const nowhere = await ask('PATCH', `/me/drive/items/${outer}`, into('01X'))
    expect(codeOf(nowhere)).toEqual([404, 'itemNotFound'])
    await put('taken.txt')
    const taken = await ask('PATCH', '/me/drive/root:/Outer', { body: { name: 'Taken.txt' } })
    expect(codeOf(taken)).toEqual([409, 'nameAlreadyExists'])
    expect((await ask('DELETE', '/me/drive/root:/Outer')).status).toBe(204)
    expect(codeOf(await ask('GET', `/me/drive/items/${body.id}`))[0]).toBe(404)
  })
})

describe('what Graph has and the tenant has not', () => {
  it.each([
    ['GET', '/me/drive/root/thumbnails'],
    ['POST', '/me/drive/root/createLink'],
    ['GET', "/me/drive/root/search(q='x')"],
    ['GET', '/me/drive/bundles'],
  ])('%s %s is not served, and the journal says so', async (method, path) => {
    expect(codeOf(await ask(method, path))).toEqual([400, 'BadRequest'])
    expect(tenant.journal.entries().at(-1)).toMatchObject({ isServed: false, endpoint: 'files' })
  })
})

describe('files of the tenant', () => {
  it('are at most ten thousand, with folders', () => {
    const drives = createDrives(() => 0)
    const root = drives.root('a')
    const item = (number: number) => ({ ...root, id: `${number}`, parentId: root.id })
    for (let number = 1; number < mostItems; number += 1) {
      if (!drives.put(item(number))) throw new Error(`${number} are too many.`)
    }
    expect(drives.put(item(mostItems))).toBe(false)
    expect(drives.put({ ...item(5), name: 'changed' })).toBe(true)
    drives.remove(item(7))
    expect(drives.put(item(mostItems))).toBe(true)
  })

  it('are in its export, come back with it, and go with a reset', async () => {
    await put('kept/a.txt', 'kept')
    const exported = JSON.parse(JSON.stringify(tenant.exportState())) as unknown
    tenant.reset()
    expect((await ask('GET', '/me/drive/root:/kept/a.txt')).status).toBe(404)
    tenant.importState(exported)
    const { headers } = await ask('GET', '/me/drive/root:/kept/a.txt:/content')
    expect(await (await fetch(headers.get('location') ?? '')).text()).toBe('kept')
    const { drives: _, ...older } = exported as { drives: unknown }
    tenant.importState(older)
    expect((await ask('GET', '/me/drive/root:/kept/a.txt')).status).toBe(404)
  })
})
