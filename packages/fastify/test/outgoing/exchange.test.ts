/** An answer that is kept as a whole: how it comes, and every way in which it does not. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { EndSignal } from '../../src/outgoing/exchange.ts'
import { createHttpClient, type HttpClient } from '../../src/outgoing/index.ts'

const direct = { url: undefined, noProxy: '' }
const open: { client: HttpClient; server: Server }[] = []
afterEach(async () => {
  for (const { client, server } of open.splice(0)) {
    await client.close()
    server.closeAllConnections()
    server.close()
  }
})

/** @param connections at once */
async function serverThat(answers: (response: ServerResponse) => void, connections = 2) {
  const server = createServer((_request, response) => answers(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const limits = { connectMs: 2_000, idleMs: 5_000, maxBytes: 1_000_000, connections }
  const client = createHttpClient(direct, limits, origin)
  open.push({ client, server })
  return (signal = new EndSignal(), maxBytes = 1_000) =>
    client.exchange({ origin, method: 'GET', path: '/' }, { signal, maxBytes })
}

const textOf = ({ bytes }: { bytes: Uint8Array }) => Buffer.from(bytes).toString()

describe('an answer', () => {
  it('comes with status, headers and bytes', async () => {
    const send = await serverThat((response) => {
      response.writeHead(202, { 'x-one': 'a', 'set-cookie': ['b', 'c'] }).end('Grüße')
    })
    const signal = new EndSignal()
    const answer = await send(signal)
    expect(answer).toMatchObject({
      status: 202,
      headers: { 'x-one': 'a', 'set-cookie': ['b', 'c'] },
    })
    expect(textOf(answer)).toBe('Grüße')
    expect(signal.listenerCount('abort')).toBe(0)
  })

  it('may be empty, and may come in pieces', async () => {
    expect(textOf(await (await serverThat((response) => response.end()))())).toBe('')
    const send = await serverThat((response) => {
      response.write('one ')
      setTimeout(() => response.write('two '), 20)
      setTimeout(() => response.end('three'), 40)
    })
    expect(textOf(await send())).toBe('one two three')
  })

  it('is not the one before it, such as 103', async () => {
    const send = await serverThat((response) => {
      // What is in it is no part of the answer, not even a length that no answer may have.
      response.writeEarlyHints({ link: '</a.css>; rel=preload', 'content-length': '100000' })
      response.end('the answer')
    })
    const answer = await send()
    expect([answer.status, answer.headers['link'], textOf(answer)]).toEqual([
      200,
      undefined,
      'the answer',
    ])
  })
})

describe('an answer that is too large', () => {
  const tooLarge = { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' }

  it('is refused by its length before it comes', async () => {
    let closed = false
    const send = await serverThat((response) => {
      response.once('close', () => (closed = true))
      response.writeHead(200, { 'content-length': '1001' }).write('x')
    })
    await expect(send()).rejects.toMatchObject(tooLarge)
    await expect.poll(() => closed).toBe(true)
  })

  it('is refused by what has come, and one of exactly the limit is not', async () => {
    const send = await serverThat((response) => {
      for (let piece = 0; piece < 11; piece += 1) response.write('x'.repeat(100))
      response.end()
    })
    await expect(send(new EndSignal(), 1_099)).rejects.toMatchObject(tooLarge)
    expect((await send(new EndSignal(), 1_100)).bytes).toHaveLength(1_100)
  })
})

describe('a request ends with its signal', () => {
  it.each([
    ['while it waits for the answer', (_response: ServerResponse) => undefined],
    ['within the answer', (response: ServerResponse) => void response.write('a part')],
  ])('%s', async (_, answers) => {
    let closed = false
    const send = await serverThat((response) => {
      response.once('close', () => (closed = true))
      answers(response)
    })
    const signal = new EndSignal()
    const reason = new Error('gone')
    setTimeout(() => signal.end(reason), 50)
    await expect(send(signal)).rejects.toBe(reason)
    await expect.poll(() => closed).toBe(true)
    expect(signal.listenerCount('abort')).toBe(0)
  })

  it('while it waits for a connection, and is not sent later', async () => {
    const held: ServerResponse[] = []
    const send = await serverThat((response) => void held.push(response), 1)
    const first = send()
    await expect.poll(() => held.length).toBe(1)
    const signal = new EndSignal()
    const second = send(signal)
    const reason = new Error('gone')
    signal.end(reason)
    await expect(second).rejects.toBe(reason)
    held[0]?.end('first')
    expect(textOf(await first)).toBe('first')
    const third = send()
    await expect.poll(() => held.length).toBe(2)
    held[1]?.end('third')
    expect(textOf(await third)).toBe('third')
  })

  it('that has fired already', async () => {
    const send = await serverThat((response) => response.end('late'))
    const signal = new EndSignal()
    const reason = new Error('gone')
    signal.end(reason)
    await expect(send(signal)).rejects.toBe(reason)
  })
})

it('a connection that breaks within the answer is a failure, and leaves no listener', async () => {
  const send = await serverThat((response) => {
    response.writeHead(200, { 'content-length': '100' }).write('a part')
    setTimeout(() => response.destroy(), 20)
  })
  const signal = new EndSignal()
  await expect(send(signal)).rejects.toBeInstanceOf(Error)
  expect(signal.listenerCount('abort')).toBe(0)
})
