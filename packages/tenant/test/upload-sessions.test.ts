import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { quickXorHash } from '../src/drives/quick-xor-hash.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

const unit = 327_680
const pattern = Buffer.from(Array.from({ length: 251 }, (_, n) => n))
const bytes = (size: number) => Buffer.alloc(size, pattern)

let tenant: Tenant
let token: string
beforeAll(async () => {
  tenant = await createTenant({ users: 13 })
  token = (await signIn(tenant, { scope: 'openid Files.ReadWrite' })).access_token
})
afterAll(() => tenant.close())
beforeEach(() => tenant.reset())

type Json = Record<string, unknown>
interface Answer {
  status: number
  headers: Headers
  body: Json & { id: string; name: string; uploadUrl: string; error?: Json }
}

async function read(answer: Response): Promise<Answer> {
  const text = await answer.text()
  const { status, headers } = answer
  return { status, headers, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] }
}

const graph = async (method: string, path: string, body?: unknown, headers = {}) =>
  read(
    await callGraph(tenant, path, token, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
const begin = (name = 'big.bin', item: Json = {}, more: Json = {}) =>
  graph('POST', `/me/drive/root:/${name}:/createUploadSession`, { item, ...more })
const open = async (...given: Parameters<typeof begin>) => (await begin(...given)).body.uploadUrl
const send = async (
  url: string,
  data: Uint8Array<ArrayBuffer>,
  from: number,
  total: number,
  headers: Record<string, string> = {},
) =>
  read(
    await fetch(url, {
      method: 'PUT',
      headers: {
        'content-range': `bytes ${from}-${from + data.length - 1}/${total}`,
        ...headers,
      },
      body: data,
    }),
  )
const codes = ({ status, body }: Answer) => {
  const { code, innerError } = (body.error ?? {}) as { code?: string; innerError?: Json }
  return [status, code, innerError?.['code']]
}
async function contentOf(path: string) {
  const answer = await callGraph(tenant, path, token, { redirect: 'manual' })
  return Buffer.from(await (await fetch(answer.headers.get('location') ?? '')).arrayBuffer())
}

describe('an upload session', () => {
  it('takes a file in fragments, and says what is next', async () => {
    const started = await begin('folder/big.bin', { name: 'big.bin', description: 'Large' })
    expect(started.status).toBe(200)
    expect(started.body).toEqual({
      '@odata.context': `${tenant.graphUrl}/$metadata#microsoft.graph.uploadSession`,
      uploadUrl: expect.stringMatching('^http://localhost:'),
      expirationDateTime: expect.stringMatching(/^\d{4}-.*Z$/),
      nextExpectedRanges: ['0-'],
    })
    const { uploadUrl } = started.body
    const file = bytes(2 * unit + 10)
    const first = await send(uploadUrl, file.subarray(0, unit), 0, file.length)
    expect([first.status, first.body['nextExpectedRanges']]).toEqual([
      202,
      [`${unit}-${file.length - 1}`],
    ])
    const status = await read(await fetch(uploadUrl))
    expect([status.status, status.body]).toEqual([200, first.body])
    await send(uploadUrl, file.subarray(unit, 2 * unit), unit, file.length)
    const last = await send(uploadUrl, file.subarray(2 * unit), 2 * unit, file.length)
    expect(last.status).toBe(201)
    expect(last.body).toMatchObject({
      name: 'big.bin',
      size: file.length,
      description: 'Large',
      file: { hashes: { quickXorHash: quickXorHash(file) } },
    })
    expect(await contentOf('/me/drive/root:/folder/big.bin:/content')).toEqual(file)
    expect(codes(await read(await fetch(uploadUrl)))).toEqual([404, 'itemNotFound', undefined])
  })

  it('takes fragments of 320 KiB and their multiples, but for the last one', async () => {
    const url = await open()
    const odd = await send(url, bytes(unit + 1), 0, 3 * unit)
    expect(codes(odd)).toEqual([400, 'invalidRequest', undefined])
    expect((await send(url, bytes(2 * unit), 0, 2 * unit + 1)).status).toBe(202)
    expect((await send(url, bytes(1), 2 * unit, 2 * unit + 1)).status).toBe(201)
  })

  it('takes them in order, once, and of one file only', async () => {
    const url = await open()
    const total = 3 * unit
    const part = bytes(unit)
    const early = await send(url, part, unit, total)
    expect(codes(early)).toEqual([416, 'invalidRange', 'fragmentOutOfOrder'])
    await send(url, part, 0, total)
    const twice = await send(url, part, 0, total)
    expect(codes(twice)).toEqual([416, 'invalidRange', 'fragmentOverlap'])
    const longer = await send(url, part, unit, total + 1)
    expect(codes(longer)).toEqual([416, 'invalidRange', 'fragmentLengthMismatch'])
    const status = await read(await fetch(url))
    expect(status.body['nextExpectedRanges']).toEqual([`${unit}-${total - 1}`])
  })

  it.each([
    undefined,
    'bytes 0-3',
    'bytes 0-3/*',
    'bytes 3-0/4',
    'bytes 0-4/4',
    'bytes 0-2/4',
    'items 0-3/4',
    'bytes 0-3/99999999999999999999',
  ])('refuses four bytes as %j', async (range) => {
    const headers = range === undefined ? {} : { 'content-range': range }
    const answer = await fetch(await open(), { method: 'PUT', headers, body: bytes(4) })
    expect(codes(await read(answer))).toEqual([400, 'invalidRequest', undefined])
  })

  it('refuses fewer bytes than the range says', async () => {
    const headers = { 'content-range': 'bytes 0-3/4' }
    const answer = await fetch(await open(), { method: 'PUT', headers, body: bytes(3) })
    expect(codes(await read(answer))).toEqual([400, 'invalidRequest', undefined])
  })

  it('needs no token, and takes none', async () => {
    const url = await open()
    const authorization = `Bearer ${token}`
    const refused = await send(url, bytes(4), 0, 4, { authorization })
    expect(codes(refused)).toEqual([401, 'unauthenticated', undefined])
    expect((await send(url, bytes(4), 0, 4)).status).toBe(201)
    const wrong = url.replace(/.{8}$/, 'AAAAAAAA')
    expect((await send(wrong, bytes(4), 0, 4)).status).toBe(404)
    const elsewhere = (await open('other.bin')).replace(tenant.tenantId, 'common')
    expect((await send(elsewhere, bytes(4), 0, 4)).status).toBe(404)
  })

  it('may be used by pages, too', async () => {
    const url = await open()
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'PUT' },
    })
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
    expect((await fetch(url)).headers.get('access-control-allow-origin')).toBe('*')
  })

  it('ends when it is cancelled, and when its time is over', async () => {
    const url = await open()
    await send(url, bytes(unit), 0, 2 * unit)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404)
    const late = await open()
    tenant.clock.advance(24 * 3_600_000 - 60_000)
    expect((await fetch(late)).status).toBe(200)
    tenant.clock.advance(60_000)
    expect((await send(late, bytes(4), 0, 4)).status).toBe(404)
  })

  it('gives its room back', async () => {
    const part = bytes(40 * unit)
    const url = await open()
    expect((await send(url, part, 0, 120 * unit)).status).toBe(202)
    const full = await open('second.bin')
    const refused = await send(full, part, 0, 130 * unit)
    expect(codes(refused)).toEqual([507, 'quotaLimitReached', undefined])
    await fetch(url, { method: 'DELETE' })
    expect((await send(full, part, 0, 130 * unit)).status).toBe(202)
  })

  it('fails on a taken name by default, and replaces or renames if asked', async () => {
    await send(await open('a.txt'), bytes(4), 0, 4)
    expect(codes(await begin('a.txt'))).toEqual([409, 'nameAlreadyExists', undefined])
    const asked = (text: string) => ({ '@microsoft.graph.conflictBehavior': text })
    const replaced = await send(await open('a.txt', asked('replace')), bytes(5), 0, 5)
    expect([replaced.status, replaced.body['size']]).toEqual([200, 5])
    const renamed = await send(await open('a.txt', asked('rename')), bytes(6), 0, 6)
    expect([renamed.status, renamed.body.name]).toEqual([201, 'a 1.txt'])
    expect(codes(await begin('a.txt', asked('never')))[0]).toBe(400)
    expect(codes(await begin('a.txt', { name: 'b.txt' }))[0]).toBe(400)
    const { id } = replaced.body
    const again = await graph('POST', `/me/drive/items/${id}/createUploadSession`)
    expect((await send(again.body.uploadUrl, bytes(7), 0, 7)).body).toMatchObject({ id, size: 7 })
    const tag = { 'if-match': '"other"' }
    const late = await graph('POST', `/me/drive/items/${id}/createUploadSession`, {}, tag)
    expect(codes(late)).toEqual([412, 'resourceModified', 'entityTagDoesNotMatch'])
  })

  it('can be committed under another name, after the end was refused', async () => {
    const uploadUrl = await open('a.txt')
    await send(await open('a.txt'), bytes(4), 0, 4)
    const refused = await send(uploadUrl, bytes(9), 0, 9)
    expect(codes(refused)).toEqual([409, 'nameAlreadyExists', undefined])
    const commit = (path: string, more: Json) =>
      graph('PUT', path, { '@microsoft.graph.sourceUrl': uploadUrl, ...more })
    expect(codes(await commit('/me/drive/root', { name: 'a.txt' }))[0]).toBe(409)
    expect(codes(await graph('PUT', '/me/drive/root', { name: 'b' }))[0]).toBe(400)
    const done = await commit('/me/drive/root', { name: 'b.txt' })
    expect([done.status, done.body.name, done.body['size']]).toEqual([201, 'b.txt', 9])
    expect(codes(await commit('/me/drive/root', { name: 'c.txt' }))[0]).toBe(404)
    const user = people(tenant).at(2).id
    const other = await signIn(tenant, { scope: 'openid Files.ReadWrite' }, { user })
    const foreign = await callGraph(tenant, '/me/drive/root', other.access_token, {
      method: 'PUT',
      body: JSON.stringify({ name: 'x', '@microsoft.graph.sourceUrl': await open('e.bin') }),
    })
    expect(foreign.status).toBe(404)
    const half = await open('d.bin')
    await send(half, bytes(unit), 0, 2 * unit)
    const early = await graph('PUT', '/me/drive/root:/d.bin', {
      '@microsoft.graph.sourceUrl': half,
    })
    expect(codes(early)).toEqual([400, 'invalidRequest', 'uploadSessionIncomplete'])
  })

  it('waits for its commit, if that is deferred', async () => {
    const url = await open('a.txt', {}, { deferCommit: true })
    const early = await read(await fetch(url, { method: 'POST' }))
    expect(codes(early)).toEqual([400, 'invalidRequest', 'uploadSessionIncomplete'])
    const last = await send(url, bytes(4), 0, 4)
    expect([last.status, last.body['nextExpectedRanges']]).toEqual([202, []])
    expect(codes(await graph('GET', '/me/drive/root:/a.txt'))[0]).toBe(404)
    expect((await read(await fetch(url, { method: 'POST' }))).status).toBe(201)
  })

  it('of a folder that is gone has nowhere to put the file', async () => {
    const url = await open('folder/a.txt')
    await graph('DELETE', '/me/drive/root:/folder')
    expect(codes(await send(url, bytes(4), 0, 4))).toEqual([404, 'itemNotFound', undefined])
  })

  it('is one of a hundred: the oldest one ends', async () => {
    const first = await open('0.bin')
    for (let number = 1; number < 100; number += 1) await open(`${number}.bin`)
    expect((await fetch(first)).status).toBe(200)
    await open('100.bin')
    expect((await fetch(first)).status).toBe(404)
  })
})

describe('files of several tenants', () => {
  it('are apart, and their addresses name their tenant', async () => {
    const clientId = '6c0e4f1d-8b39-4a57-9d21-3f5e7a9b1c28'
    const client = {
      name: 'Daemon',
      clientId,
      secrets: ['local-only'],
      applicationPermissions: ['Files.ReadWrite.All'],
    }
    const several = await createTenant({
      users: 13,
      tenants: [{ domain: 'fabrikam.example', users: 13, clients: [client] }],
    })
    try {
      const [, further] = several.tenants
      const granted = await fetch(`${several.origin}/fabrikam.example/oauth2/v2.0/token`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: clientId,
          client_secret: 'local-only',
          grant_type: 'client_credentials',
          scope: 'https://graph.microsoft.com/.default',
        }),
      })
      const { access_token: daemon } = (await granted.json()) as { access_token: string }
      const path = `/users/${further?.users[0]?.id}/drive/root:/a.txt:`
      const init = { method: 'POST' }
      const made = await read(await callGraph(several, `${path}/createUploadSession`, daemon, init))
      expect(made.body.uploadUrl).toContain(`/${further?.tenantId}/`)
      expect((await send(made.body.uploadUrl, bytes(4), 0, 4)).status).toBe(201)
      const { headers } = await callGraph(several, `${path}/content`, daemon, {
        redirect: 'manual',
      })
      const url = headers.get('location') ?? ''
      expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(4)
      const elsewhere = url.replace(String(further?.tenantId), several.tenantId)
      expect((await fetch(elsewhere)).status).toBe(404)
    } finally {
      await several.close()
    }
  })
})

describe('a download', () => {
  it('is of an hour, of a part, and never a page', async () => {
    await send(await open('page.html'), bytes(10), 0, 10)
    const { body } = await graph('GET', '/me/drive/root:/page.html')
    const url = String(body['@microsoft.graph.downloadUrl'])
    const whole = await fetch(url)
    expect(whole.headers.get('content-security-policy')).toBe('sandbox')
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment/)
    const part = async (range: string) => {
      const answer = await fetch(url, { headers: { range } })
      return [answer.status, answer.headers.get('content-range'), (await answer.text()).length]
    }
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', 3])
    expect(await part('bytes=8-')).toEqual([206, 'bytes 8-9/10', 2])
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', 3])
    expect(await part('bytes=10-')).toEqual([416, 'bytes */10', 0])
    expect(await part('bytes=0-1,4-5')).toEqual([200, null, 10])
    tenant.clock.advance(3_540_000)
    expect((await fetch(url)).status).toBe(200)
    tenant.clock.advance(60_000)
    expect((await fetch(url)).status).toBe(404)
  })

  it('has the hash that its clients compute', () => {
    expect(quickXorHash(Buffer.alloc(0))).toBe(Buffer.alloc(20).toString('base64'))
    // One byte: its value in front, and the length of 1 over the last eight bytes.
    expect(quickXorHash(Buffer.from('Sg==', 'base64'))).toBe('SgAAAAAAAAAAAAAAAQAAAAAAAAA=')
    // The second byte is shifted by eleven bits: 1 << 11 is bit 3 of the second byte.
    const two = Buffer.alloc(20)
    two[1] = 8
    two[12] = 2
    expect(quickXorHash(Buffer.from([0, 1]))).toBe(two.toString('base64'))
  })
})
