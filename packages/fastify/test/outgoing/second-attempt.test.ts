import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEntraNetwork } from '../../src/entra/network.ts'
import { createHttpClient, requestJson } from '../../src/outgoing/index.ts'

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

describe('a JSON request', () => {
  async function get(totalMs: number) {
    const limits = { connectMs: 1_000, idleMs: 5_000, maxBytes: 100 }
    const client = createHttpClient({ url: undefined, noProxy: '' }, limits)
    try {
      return await requestJson(client, { method: 'GET', url }, { totalMs, repeatable: true })
    } finally {
      await client.close()
    }
  }

  it('has one time limit for everything, however often a byte comes', async () => {
    onRequest = (socket) => {
      socket.write(answer.replace('length: 2', 'length: 90').slice(0, -2))
      const trickle = setInterval(() => socket.write(' '), 20)
      socket.once('close', () => clearInterval(trickle))
    }
    await expect(get(150)).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(requests).toHaveLength(1)
  })

  it('leaves no timer', async () => {
    onRequest = (socket) => socket.end(answer)
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    const set = vi.spyOn(globalThis, 'setTimeout')
    expect((await get(54_321)).body).toEqual({})
    const index = set.mock.calls.findIndex(([, ms]) => ms === 54_321)
    expect(clear).toHaveBeenCalledWith(set.mock.results[index]?.value)
    vi.restoreAllMocks()
  })

  it('reads a text that begins with a byte order mark', async () => {
    onRequest = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n\xef\xbb\xbf{}', 'latin1')
    }
    expect((await get(5_000)).body).toEqual({})
  })
})
