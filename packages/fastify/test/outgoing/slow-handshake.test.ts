import { spawn, type ChildProcess } from 'node:child_process'
import dns from 'node:dns'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { createEntraNetwork } from '../../src/entra/network.ts'

/** Its queue of new connections has two places. */
const program = `
  const server = require('node:http').createServer((request, response) => {
    response.setHeader('content-type', 'application/json').end('{}')
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))`

const held: Socket[] = []
let server: ChildProcess

afterEach(() => {
  vi.restoreAllMocks()
  for (const socket of held) socket.destroy()
  server.kill('SIGCONT')
  server.kill('SIGKILL')
})

/**
 * A stopped server whose queue is full drops the first packet of a handshake, and the system sends the next
 * one after a second: a handshake as slow as one around the world, on a name with two addresses.
 */
it('a handshake that takes a second succeeds', { tags: ['thorough'] }, async () => {
  server = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(server.stdout ?? server, 'data')) as [Buffer]
  const port = Number(String(line))
  server.kill('SIGSTOP')
  for (let i = 0; i < 12; i += 1) held.push(connect(port, '127.0.0.1').on('error', () => undefined))
  await sleep(200)

  vi.spyOn(dns, 'lookup').mockImplementation((...call: unknown[]) => {
    const callback = call.at(-1) as (error: null, all: dns.LookupAddress[]) => void
    // Nothing listens at the second address, as where IPv6 has no route: the first one has to succeed.
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])
  })
  const network = createEntraNetwork({ url: undefined, noProxy: '' })
  const answer = network.get(`http://login.example.test:${port}/`)
  await sleep(600)
  server.kill('SIGCONT')
  expect((await answer).status).toBe(200)
  await network.close()
})
