import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { inspect } from 'node:util'
import Fastify from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EndSignal } from '../../src/outgoing/exchange.ts'
import { EntraError } from '../../src/entra/errors.ts'
import { createEntraNetwork } from '../../src/entra/network.ts'
import { createApiClient } from '../../src/downstream/http.ts'
import { loggerOptions } from '../../src/plugins/logging.ts'
import { type ProxySettings } from '../../src/outgoing/index.ts'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts'
import { writeKeyPair } from '../support/key-pairs.ts'
import { startUpstream } from '../support/upstream.ts'

const name = 'login.example.test'
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-proxy-'))
const microsoft = createServer({}, (_request, response) => {
  response.setHeader('content-type', 'application/json').end('{"here":true}')
})
let port: number
let proxy: ConnectProxy

beforeAll(async () => {
  const pair = await writeKeyPair({ folder, name })
  const [cert, key] = [pair.certificateFile, pair.privateKeyFile].map((file) => readFileSync(file))
  microsoft.setSecureContext({ cert, key })
  await once(microsoft.listen(0, '127.0.0.1'), 'listening')
  port = (microsoft.address() as AddressInfo).port
  tls.setDefaultCACertificates([...tls.getCACertificates(), String(cert)])
})

beforeEach(async () => {
  proxy = await startConnectProxy({ port })
})

afterEach(() => proxy.close())

afterAll(async () => {
  microsoft.closeAllConnections()
  microsoft.close()
  rmSync(folder, { recursive: true, force: true })
})

async function get(url: string, settings: ProxySettings): Promise<unknown> {
  const network = createEntraNetwork(settings)
  try {
    return (await network.get(url)).body
  } finally {
    await network.close()
  }
}

async function failureOf(url: string, settings: ProxySettings): Promise<EntraError> {
  const error: unknown = await get(url, settings).catch((thrown: unknown) => thrown)
  if (error instanceof EntraError) return error
  throw new Error(`There was an answer: ${JSON.stringify(error)}`)
}

const through = (host: string, noProxy = ''): ProxySettings => ({ url: `http://${host}`, noProxy })

describe('requests to other servers', () => {
  it('go through the proxy of HTTPS_PROXY', async () => {
    expect(await get(`https://${name}/keys`, through(proxy.host))).toEqual({ here: true })
    expect(proxy.targets).toEqual([`${name}:443`])
  })

  it('of APIs go through it too', async () => {
    const client = createApiClient({
      name: 'graph',
      baseUrl: `https://${name}/v1.0`,
      connections: 2,
      maxBytes: 1024,
      proxy: through(proxy.host),
    })
    const call = { method: 'GET', path: '/me', headers: {}, body: undefined } as const
    const signal = new EndSignal()
    const limits = { accept: 'application/json', maxBytes: 1024 }
    const answer = await client.send({ ...call, ...limits }, 'a-token', signal)
    await client.close()
    expect(answer.status).toBe(200)
    expect(proxy.targets).toEqual([`${name}:443`])
  })

  it.each([name, 'example.test', '.example.test', '*.example.test', '*', `a.test, ${name}:443`])(
    'bypass the proxy with NO_PROXY=%s',
    async (noProxy) => {
      const { network } = await failureOf(`https://${name}/`, through(proxy.host, noProxy))
      expect(network?.kind).toBe('dns')
      expect(proxy.targets).toEqual([])
    },
  )

  it.each(['', 'other.test', 'gin.example.test', `${name}:8443`, '*.login.example.test'])(
    'use the proxy with NO_PROXY=%j',
    async (noProxy) => {
      await get(`https://${name}/`, through(proxy.host, noProxy))
      expect(proxy.targets).toEqual([`${name}:443`])
    },
  )

  // Linux connects 0.0.0.0 and :: to this machine, where nothing listens on that port.
  it.each([
    ['0.0.0.0', '0.0.0.0/8'],
    ['0.0.0.0', `${name},0.0.0.0/32`],
    ['[::]', '::/64'],
  ])('to %s bypass the proxy with the range NO_PROXY=%s', async (host, noProxy) => {
    const { network } = await failureOf(`https://${host}:1/`, through(proxy.host, noProxy))
    expect(network?.kind).toBe('refused')
    expect(proxy.targets).toEqual([])
  })

  it('to an address outside the range use the proxy', async () => {
    const { network } = await failureOf('https://11.0.0.1/', through(proxy.host, '10.0.0.0/8'))
    // The certificate is for the name.
    expect(network?.kind).toBe('tls')
    expect(proxy.targets).toEqual(['11.0.0.1:443'])
  })

  it('to this machine never use it', async () => {
    const upstream = await startUpstream()
    upstream.answers((response) => {
      response.setHeader('content-type', 'application/json').end('{}')
    })
    expect(await get(upstream.url, through('127.0.0.1:9'))).toEqual({})
    await upstream.close()
  })
})

describe('a proxy that demands authentication', () => {
  const password = 'p@ss:w%rd'
  const encoded = encodeURIComponent(password)

  beforeEach(async () => {
    await proxy.close()
    proxy = await startConnectProxy({ port, credentials: `nora:${password}` })
  })

  it('takes name and password of the address', async () => {
    const settings = through(`nora:${encoded}@${proxy.host}`)
    expect(await get(`https://${name}/`, settings)).toEqual({ here: true })
  })

  it('that refuses them is named as the cause, and no error shows them', async () => {
    const error = await failureOf(`https://${name}/`, through(`nora:not-${encoded}@${proxy.host}`))
    expect(error.network).toMatchObject({ kind: 'proxy', code: 'PROXY_407' })
    const all = inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity })
    const base64 = Buffer.from(`nora:not-${password}`).toString('base64')
    for (const secret of [encoded, password, base64]) expect(all).not.toContain(secret)
  })
})

describe('the log', () => {
  it('says which part of the way has failed', async () => {
    const lines: string[] = []
    const options = loggerOptions('info', { write: (line) => void lines.push(line) })
    const { log } = Fastify({ logger: options })
    const error = await failureOf(`https://${name}/`, through('nora:secret@127.0.0.1:9'))
    log.error({ err: error }, 'No answer')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { network: 'proxy' } })
    expect(lines[0]).toContain('127.0.0.1:9, which cannot be reached (ECONNREFUSED)')
    expect(lines[0]).not.toContain('secret@')
  })
})

describe('a proxy that fails', () => {
  it('by a refusal of the target is named as the cause', async () => {
    await proxy.close()
    proxy = await startConnectProxy({ port, refuses: 403 })
    const { network, message } = await failureOf(`https://${name}/`, through(proxy.host))
    expect(network).toMatchObject({ kind: 'proxy', code: 'PROXY_403' })
    expect(message).toContain(`Allow ${name} at the proxy`)
  })

  it.each([
    ['is not there', '127.0.0.1:9', 'ECONNREFUSED'],
    ['has no address', 'proxy.example.invalid:8080', 'ENOTFOUND'],
  ])('because it %s is named as the cause, and not Microsoft', async (_what, host, code) => {
    const { network, message } = await failureOf(`https://${name}/`, through(host))
    expect(network).toMatchObject({ kind: 'proxy', code })
    expect(message).toContain(`${name} is behind the proxy ${host}, which cannot be reached`)
  })

  it('by closing the connection is named as the cause', async () => {
    const silent = createTcpServer((socket) => void socket.destroy())
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const { network } = await failureOf(`https://${name}/`, through(host))
    silent.close()
    expect(network?.kind).toBe('proxy')
  })
})
