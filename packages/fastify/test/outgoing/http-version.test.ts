/** Servers such as Graph offer HTTP/2, in which the calls of all users would share a connection. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClient, type ProxySettings } from '../../src/outgoing/index.ts'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts'
import { writeKeyPair } from '../support/key-pairs.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-http-version-'))
const remote = 'graph.example.test'
/** The version of each request. */
const versions: string[] = []
const server = createSecureServer({ allowHTTP1: true }, (request, response) => {
  const { httpVersion, url, stream, socket } = request
  versions.push(httpVersion)
  const connection = httpVersion === '2.0' ? stream.session : socket
  if (url === '/breaks') connection?.destroy()
  else setTimeout(() => response.end('{}'), 100)
})
let proxy: ConnectProxy
let localOrigin: string

async function certificateOf(name: string) {
  const { certificateFile, privateKeyFile } = await writeKeyPair({ folder, name })
  return { cert: readFileSync(certificateFile), key: readFileSync(privateKeyFile) }
}

beforeAll(async () => {
  const [local, other] = await Promise.all([certificateOf('localhost'), certificateOf(remote)])
  server.setSecureContext(local)
  server.addContext(remote, other)
  await once(server.listen(0, 'localhost'), 'listening')
  const { port } = server.address() as AddressInfo
  localOrigin = `https://localhost:${port}`
  tls.setDefaultCACertificates([...tls.getCACertificates(), String(local.cert), String(other.cert)])
  proxy = await startConnectProxy({ port })
})

beforeEach(() => void versions.splice(0))

afterAll(async () => {
  await proxy.close()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function withClient<T>(
  settings: ProxySettings,
  origin: string | undefined,
  work: (client: HttpClient) => Promise<T>,
): Promise<T> {
  const limits = { connectMs: 4000, idleMs: 4000, maxBytes: 1000, connections: 8 }
  const client = createHttpClient(settings, limits, origin)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

const direct = { url: undefined, noProxy: '' }

async function statusOf(client: HttpClient, origin: string, path = '/'): Promise<number> {
  const { statusCode, body } = await client.request({ origin, path, method: 'GET' })
  await body.text()
  return statusCode
}

describe('a server that offers HTTP/2', () => {
  it('is asked in HTTP/1.1', async () => {
    await withClient(direct, localOrigin, (client) => statusOf(client, localOrigin))
    await withClient(direct, undefined, (client) => statusOf(client, localOrigin))
    expect(versions).toEqual(['1.1', '1.1'])
  })

  it('is asked in HTTP/1.1 through a proxy as well', async () => {
    const settings = { url: `http://${proxy.host}`, noProxy: '' }
    const origin = `https://${remote}`
    await withClient(settings, origin, (client) => statusOf(client, origin))
    expect(versions).toEqual(['1.1'])
  })

  it('breaks one call with a connection, and not those of other users', async () => {
    const outcomes = await withClient(direct, localOrigin, async (client) => {
      await statusOf(client, localOrigin)
      const calls = ['/', '/breaks', '/'].map((path) => statusOf(client, localOrigin, path))
      return Promise.allSettled(calls)
    })
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
