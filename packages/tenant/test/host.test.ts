import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localTenantId } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'

interface Route {
  method: string
  path: string
}

let tenant: Tenant
let port: number
let behindProxy: Tenant
/** The proxy's port, as in `behindProxy.origin`. */
let proxiedPort: number
/** Every route of a tenant. */
const routes: Route[] = []

beforeAll(async () => {
  tenant = await createWithRoutes()
  port = Number(new URL(tenant.origin).port)
  proxiedPort = await freePort()
  const origin = 'https://Login.Contoso.test:8443'
  behindProxy = await createTenant({ users: 5, port: proxiedPort, origin })
})
afterAll(() => Promise.all([tenant.close(), behindProxy.close()]))

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port: free } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return free
}

/** Creates a tenant and collects its routes: Fastify notifies subscribers of each new app. */
async function createWithRoutes(): Promise<Tenant> {
  const onApp = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      // Parameters get a value; a parenthesis that a path leaves open is closed.
      const named = url.replace(':tenant', localTenantId)
      const path = named.replace(/:\w+/g, 'x').replace('(x', '(x)')
      routes.push(...[method].flat().map((one) => ({ method: one, path })))
    })
  }
  subscribe('fastify.initialization', onApp)
  const made = await createTenant({ users: 5 })
  unsubscribe('fastify.initialization', onApp)
  return made
}

interface Answer {
  status: number
  body: string
}

/** Sends any Host header; `fetch` always sends that of the address. */
function ask(at: number, { method, path }: Route, host: string) {
  return new Promise<Answer>((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: at, path, method, headers: { host } })
    asking.on('response', (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      const finish = () => resolve({ status: answer.statusCode ?? 0, body })
      answer.on('end', finish)
      // This one goes on for as long as the client listens.
      if (answer.headers['content-type'] === 'text/event-stream') {
        finish()
        asking.destroy()
      }
    })
    asking.on('error', reject).end()
  })
}

/** Sends a raw request. @returns the status */
async function statusOf(head: string[]): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answer += chunk
  })
  socket.write(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
}

/** Requests without a route. */
const unknown: Route[] = [
  ...['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE'].map((method) => ({ method, path: '/nowhere' })),
  ...['/', '/v1.0/nowhere', '/_tenant/nowhere', '//x'].map((path) => ({ method: 'GET', path })),
  ...['HEAD', 'OPTIONS', 'PUT'].map((method) => ({ method, path: '/v1.0/users' })),
  { method: 'OPTIONS', path: '*' },
]

const foreign = [
  'evil.test',
  'evil.test:5175',
  'localhost.evil.test',
  '127.0.0.1.evil.test',
  '127.0.0.1:x',
  'localhost@evil.test',
  'evil.test@localhost',
  'localhost:5175@evil.test',
  'evil.localhost',
  'evil.test/localhost',
  'localhost, evil.test',
  'localhost:5175.evil.test',
  '[::1].evil.test',
  '[::1',
  '[::2]',
  '10.0.0.1',
  '0.0.0.0',
  '128.0.0.1',
  '2130706433',
  '[::ffff:127.0.0.1]',
  // A name that ends with a dot means the same host, but no client spells the tenant so.
  'localhost.',
  'localhost.:5175',
  '127.0.0.1.',
  ' ',
]

const own = [
  'localhost',
  'LocalHost:5175',
  'LOCALHOST',
  '127.0.0.1:1',
  '127.8.9.10',
  '[::1]',
  '[::1]:5175',
]

describe('a tenant that is addressed by a host name', () => {
  it.each(foreign)('refuses “%s” on every route', async (host) => {
    expect(routes.length).toBeGreaterThan(50)
    tenant.journal.clear()
    tenant.faults.set({ at: 'users', kind: 'respond', status: 503 })
    const open: string[] = []
    for (const route of [...routes, ...unknown]) {
      const { status, body } = await ask(port, route, host)
      const isRefusal = body.startsWith('{"error":"The local tenant answers to') || body === ''
      if (status !== 421 || !isRefusal) open.push(`${status} ${route.method} ${route.path}`)
    }
    expect(open).toEqual([])
    expect(tenant.journal.entries()).toEqual([])
    expect(tenant.faults.list()).toHaveLength(1)
    tenant.faults.clear()
  })

  it.each(own)('answers to “%s” on every route', async (host) => {
    const refused: string[] = []
    // It waits for a request of a client.
    const prompt = routes.filter(({ path }) => !path.endsWith('/journal/take'))
    for (const route of [...prompt, ...unknown]) {
      const { status } = await ask(port, route, host)
      if (status === 421 || status === 403) refused.push(`${route.method} ${route.path}`)
    }
    expect(refused).toEqual([])
  })

  it('refuses a second Host header, even with the same value', async () => {
    const line = 'GET /_tenant/journal HTTP/1.1'
    expect(await statusOf([line, 'Host: localhost'])).toBe(200)
    expect(await statusOf([line, 'Host: localhost', 'Host: evil.test'])).toBe(421)
    expect(await statusOf([line, 'Host: evil.test', 'Host: localhost'])).toBe(421)
    expect(await statusOf([line, 'Host: localhost', 'Host: localhost'])).toBe(421)
  })

  it('refuses an empty Host header, and a request without one', async () => {
    expect(await statusOf(['GET /_tenant/journal HTTP/1.1', 'Host:'])).toBe(421)
    expect(await statusOf(['GET /_tenant/journal HTTP/1.0'])).toBe(421)
    expect(await statusOf(['GET /_tenant/journal HTTP/1.1'])).toBe(400)
  })

  it('refuses an address in absolute form with another host', async () => {
    const asked = (address: string, host: string) =>
      statusOf([`GET ${address}/_tenant/journal HTTP/1.1`, `Host: ${host}`])
    expect(await asked('http://localhost:5175', 'localhost')).toBe(200)
    for (const address of ['http://evil.test', 'HTTPS://evil.test', 'http://localhost@evil.test']) {
      expect([address, await asked(address, 'localhost')]).toEqual([address, 421])
    }
    expect(await asked('http://localhost', 'evil.test')).toBe(421)
    expect(await asked('ftp://localhost', 'localhost')).toBe(421)
  })

  it('ignores the host names that a proxy forwards', async () => {
    const forwarded = ['X-Forwarded-Host: localhost', 'Forwarded: host=localhost']
    const head = ['GET /_tenant/journal HTTP/1.1', 'Host: evil.test', ...forwarded]
    expect(await statusOf(head)).toBe(421)
  })
})

describe('a tenant behind a proxy with an origin of its own', () => {
  const route = (path: string) => ({ method: 'GET', path })
  const keys = route(`/${localTenantId}/discovery/v2.0/keys`)

  it.each([
    'login.contoso.test',
    'login.contoso.test:8443',
    'LOGIN.contoso.TEST',
    'localhost:8443',
  ])('answers to “%s”', async (host) => {
    expect((await ask(proxiedPort, keys, host)).status).toBe(200)
  })

  it.each(['contoso.test', 'evil.login.contoso.test', 'login.contoso.test.evil.test', ' '])(
    'refuses “%s”',
    async (host) => {
      expect((await ask(proxiedPort, keys, host)).status).toBe(421)
    },
  )

  it('serves its control page to this machine only', async () => {
    for (const path of ['/_tenant', '/_tenant/journal', '/_tenant/faults']) {
      expect((await ask(proxiedPort, route(path), 'login.contoso.test:8443')).status).toBe(403)
      expect((await ask(proxiedPort, route(path), 'localhost:8443')).status).toBe(200)
    }
  })
})
