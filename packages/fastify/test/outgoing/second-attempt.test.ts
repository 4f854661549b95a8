import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEntraNetwork } from '../../src/entra/network.ts'

const answer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

let requests: string[]
let onRequest: (socket: Socket, count: number) => void
let url: string
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => {
    requests.push(bytes.toString('latin1'))
    onRequest(socket, requests.length)
  })
})

beforeEach(async () => {
  requests = []
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
})

async function post() {
  const network = createEntraNetwork({ url: undefined, noProxy: '' })
  try {
    return await network.post(url, {}, 'code=a-code')
  } finally {
    await network.close()
  }
}

describe('a request to Entra whose connection breaks before any answer', () => {
  it('is sent once more, with the same body', async () => {
    onRequest = (socket, count) => {
      if (count === 1) socket.resetAndDestroy()
      else socket.end(answer)
    }
    expect((await post()).status).toBe(200)
    expect(requests).toHaveLength(2)
    for (const request of requests) expect(request).toContain('code=a-code')
  })

  it('is sent twice at most', async () => {
    onRequest = (socket) => void socket.resetAndDestroy()
    await expect(post()).rejects.toMatchObject({
      code: 'entra_unavailable',
      network: { kind: 'reset' },
    })
    expect(requests).toHaveLength(2)
  })

  it('is not repeated if an answer had begun', async () => {
    onRequest = (socket) => {
      socket.write(answer.slice(0, -1), () => socket.resetAndDestroy())
    }
    await expect(post()).rejects.toMatchObject({ code: 'entra_unavailable' })
    expect(requests).toHaveLength(1)
  })
})
