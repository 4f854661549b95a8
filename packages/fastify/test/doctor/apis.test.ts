/** What the doctor says of the servers of the APIs that the app calls. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '@gatehouse/tenant/testing'
import { expect, it, onTestFinished } from 'vitest'
import { apis } from '../../src/doctor/checks/apis.ts'
import type { Finding } from '../../src/doctor/index.ts'
import { load, ownTenant } from '../support/config-folder.ts'
import { startConnectProxy } from '../support/connect-proxy.ts'

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** @param addresses by the names of the APIs */
async function find(addresses: Record<string, string>, env = {}): Promise<Finding[]> {
  const downstreamApis = Object.fromEntries(
    Object.entries(addresses).map(([name, baseUrl]) => [name, { baseUrl, scopes: ['User.Read'] }]),
  )
  const config = load({ ...ownTenant, downstreamApis }, env)
  const context = { config, now: Date.now, answerOf: () => Promise.reject(), roles: undefined }
  return apis.run(context)
}

const status = (code: number) =>
  serve((_request, response) => void response.writeHead(code).end('{}'))

it.each([200, 401, 404, 429])('passes with an answer %i', async (code) => {
  const graph = await status(code)
  expect(await find({ graph, orders: graph })).toMatchObject([
    { id: 'apis', status: 'pass', reason: 'Reached: graph, orders.' },
  ])
})

it('passes without any API', async () => {
  expect(await find({})).toMatchObject([{ id: 'apis', status: 'pass' }])
})

it('passes with an answer that is too long', async () => {
  const graph = await serve((_request, response) => void response.end('x'.repeat(2_000_000)))
  expect(await find({ graph })).toMatchObject([{ status: 'pass' }])
})

it('asks below the path, and sends no token', async () => {
  const asked: unknown[] = []
  const graph = await serve(({ url, method, headers }, response) => {
    asked.push([method, url, headers.authorization, headers.cookie])
    response.end()
  })
  await find({ graph: `${graph}/v1.0` })
  expect(asked).toEqual([['GET', '/v1.0', undefined, undefined]])
})

it('warns of a server that fails', async () => {
  const orders = await status(503)
  expect(await find({ orders })).toMatchObject([
    {
      status: 'warn',
      reason: `orders: ${new URL(orders).host} answers with status 503.`,
      next: 'Check the server of downstreamApis.orders.',
      copy: orders,
    },
  ])
})

it('fails for each API that does not answer, with the reason, and names those alone', async () => {
  const graph = await status(401)
  const closed = `127.0.0.1:${await freePort()}`
  const found = await find({
    graph,
    orders: `http://${closed}/v1`,
    other: 'https://api.invalid',
  })
  expect(found).toMatchObject([
    { status: 'fail', reason: `orders: ${closed} refuses the connection (ECONNREFUSED).` },
    {
      status: 'fail',
      reason: expect.stringMatching(/^other: api\.invalid has no address in DNS here \(/),
    },
  ])
})

it('asks through the proxy, and says that it is the proxy that refuses', async () => {
  const proxy = await startConnectProxy({ port: 0, refuses: 403 })
  onTestFinished(() => proxy.close())
  const found = await find(
    { graph: 'https://graph.microsoft.com/v1.0' },
    { HTTPS_PROXY: `http://${proxy.host}` },
  )
  expect(found).toMatchObject([{ id: 'apis', status: 'fail' }])
  expect(proxy.targets).toEqual(['graph.microsoft.com:443'])
  expect(found[0]?.reason).toMatch(/^graph: .*proxy/)
})
