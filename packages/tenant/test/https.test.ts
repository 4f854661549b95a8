/** The tenant over TLS, with an authority of its own, and under two names of its own. */

import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataFolder, openAuthority } from '../src/https/authority.ts'
import { trustInstructions } from '../src/https/certificate.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'

const folder = join(mkdtempSync(join(tmpdir(), 'tenant-https-')), 'data')
const graphOrigin = 'https://graph.example.test'
let tenant: Tenant
let trusted: string

beforeAll(async () => {
  tenant = await createTenant({ users: 13, https: { folder, names: ['extra.test'] }, graphOrigin })
  trusted = readFileSync(String(tenant.authorityFile), 'utf8')
})
afterAll(() => tenant.close())

/** Sends any Host header, which the certificate does not have to fit. */
function get(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { port } = new URL(tenant.address)
    const asking = request({
      host: '127.0.0.1',
      port,
      path,
      headers,
      ca: trusted,
      servername: 'localhost',
    })
    asking.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    asking.on('error', reject).end()
  })
}

/** An access token of the first user. */
function fetchToken(client: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(tenant.address)
    const headers = { 'content-type': 'application/json' }
    const path = '/_tenant/tokens'
    const options = { host: '127.0.0.1', port, path, headers, ca: trusted, servername: 'localhost' }
    const asking = request({ ...options, method: 'POST' })
    asking.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve((JSON.parse(text) as { token: string }).token))
    })
    const scopes = ['User.ReadBasic.All']
    asking.on('error', reject).end(JSON.stringify({ client, scopes }))
  })
}

/** What the server shows to a client that asks for this name. */
function certificateFor(servername: string): Promise<{ isTrusted: boolean; names: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        port: Number(new URL(tenant.address).port),
        host: '127.0.0.1',
        servername,
        ca: trusted,
        rejectUnauthorized: false,
      },
      () => {
        resolve({
          isTrusted: socket.authorized,
          names: String(socket.getPeerCertificate().subjectaltname),
        })
        socket.destroy()
      },
    )
    socket.on('error', reject)
  })
}

describe('a tenant with https', () => {
  it('answers with a certificate that its authority signed, to loopback names and its own', async () => {
    const { status, text } = await get(`/${tenant.tenantId}/v2.0/.well-known/openid-configuration`)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ issuer: `${tenant.address}/${tenant.tenantId}/v2.0` })
    for (const name of ['localhost', 'graph.example.test', 'extra.test']) {
      expect([name, await certificateFor(name)]).toMatchObject([name, { isTrusted: true }])
    }
    expect((await certificateFor('localhost')).names).toContain('IP Address:127.0.0.1')
    expect((await certificateFor('evil.test')).isTrusted).toBe(false)
  })

  it('is not trusted without its authority', async () => {
    await expect(fetch(tenant.address)).rejects.toThrow('fetch failed')
    expect((await certificateFor('localhost')).isTrusted).toBe(true)
  })

  it('keeps its authority, whose key only the user can read, and makes it once', async () => {
    expect(statSync(join(folder, 'authority.key.pem')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(folder, 'authority.pem'), 'utf8')).not.toContain('PRIVATE KEY')
    const [again, once] = await Promise.all([openAuthority(folder), openAuthority(folder)])
    expect(again).toEqual(once)
    expect(again.certificate).toBe(readFileSync(String(tenant.authorityFile), 'utf8'))
    const { ca, pathLength } = caOf(again.certificate)
    expect([ca, pathLength]).toEqual([true, true])
    expect(readdirSync(folder).toSorted()).toEqual(['authority.key.pem', 'authority.pem'])
  })

  it('makes one authority if two start at once', async () => {
    const fresh = join(mkdtempSync(join(tmpdir(), 'tenant-https-')), 'new')
    const all = await Promise.all([
      openAuthority(fresh),
      openAuthority(fresh),
      openAuthority(fresh),
    ])
    expect(new Set(all.map(({ certificate }) => certificate)).size).toBe(1)
    expect(readdirSync(fresh)).toHaveLength(2)
    rmSync(fresh, { recursive: true })
  })

  it('closes a key that others could read', async () => {
    chmodSync(join(folder, 'authority.key.pem'), 0o644)
    await openAuthority(folder)
    expect(statSync(join(folder, 'authority.key.pem')).mode & 0o777).toBe(0o600)
  })

  it('does not replace an authority that it cannot read', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'tenant-https-'))
    const file = join(broken, 'authority.key.pem')
    writeFileSync(file, 'nothing')
    await expect(createTenant({ https: { folder: broken } })).rejects.toThrow(`Remove ${file}`)
    expect(readFileSync(file, 'utf8')).toBe('nothing')
  })

  it('has its data in the folder of the user', () => {
    expect(dataFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/gatehouse-tenant')
    expect(dataFolder({})).toMatch(/gatehouse-tenant$/)
    expect(existsSync(folder)).toBe(true)
    expect(trustInstructions('/ca.pem', 'https://localhost')).toContain(
      'NODE_EXTRA_CA_CERTS=/ca.pem',
    )
  })

  it('refuses foreign hosts, and answers to those of both origins', async () => {
    const path = `/${tenant.tenantId}/discovery/v2.0/keys`
    for (const host of ['localhost', '127.0.0.1', 'graph.example.test', 'graph.example.test:443']) {
      expect([host, (await get(path, { host })).status]).toEqual([host, 200])
    }
    for (const host of ['evil.test', 'example.test', 'x.graph.example.test', 'extra.test']) {
      expect([host, (await get(path, { host })).status]).toEqual([host, 421])
    }
  })

  it('has the origin of Graph in its links', async () => {
    const forged = await fetchToken(tenant.clients[0]?.clientId ?? '')
    const { text } = await get('/v1.0/users?$top=2', { authorization: `Bearer ${forged}` })
    expect(JSON.parse(text)).toMatchObject({
      '@odata.context': expect.stringContaining(`${graphOrigin}/v1.0/$metadata`),
      '@odata.nextLink': expect.stringContaining(`${graphOrigin}/v1.0/users?`),
    })
  })

  it('serves its control page to loopback names only', async () => {
    expect((await get('/_tenant', { host: 'localhost' })).status).toBe(200)
    expect((await get('/_tenant', { host: 'graph.example.test' })).status).toBe(403)
  })
})

describe('a tenant without https', () => {
  it('has no authority', async () => {
    const plain = await createTenant({ users: 1 })
    await plain.close()
    expect(plain.authorityFile).toBeUndefined()
    expect(plain.origin).toMatch(/^http:/)
  })
})

/** Whether it is an authority, and of servers only. */
function caOf(pem: string) {
  const { ca } = new X509Certificate(pem)
  return {
    ca,
    pathLength: Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64').includes(
      Buffer.from('30060101ff020100', 'hex'),
    ),
  }
}
