/** The baseline of `/api/users`: node:http and undici, passing the same page through as it is. */
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { serveMeasured } from './measured-process.ts'

const graph = new URL(process.env['GRAPH_BASE_URL'] ?? '')
const pool = new Pool(graph.origin, { connections: 64 })

async function passThrough(top: string): Promise<Buffer> {
  const { body } = await pool.request({
    method: 'GET',
    path: `${graph.pathname}/users?$top=${top}`,
    headers: { authorization: `Bearer ${'x'.repeat(2000)}` },
  })
  return Buffer.from(await body.arrayBuffer())
}

const server = createServer((request, response) => {
  const top = new URL(request.url ?? '/', 'http://bench').searchParams.get('top') ?? '5'
  passThrough(top).then(
    (page) => {
      response.setHeader('content-type', 'application/json')
      response.end(page)
    },
    () => response.writeHead(502).end(),
  )
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  serveMeasured(typeof address === 'object' && address ? address.port : 0)
})
