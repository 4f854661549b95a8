/** A fake downstream API: it gives the answers that the test sets, and records its requests. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'

interface UpstreamCall {
  method: string
  /** Path and query. */
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** Milliseconds, by `performance.now()`. */
  at: number
}

type Handler = (response: ServerResponse, call: UpstreamCall, count: number) => void

export interface Upstream {
  url: string
  calls: UpstreamCall[]
  /** Calls that have no answer yet, and whose client still waits. */
  underWay(): number
  /** Sets the answer from now on, and clears the recorded calls. */
  answers(handler: Handler): void
  close(): Promise<void>
}

export async function startUpstream(): Promise<Upstream> {
  let handler: Handler = nothing
  const calls: UpstreamCall[] = []
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    open.add(response)
    response.once('close', () => open.delete(response))
    const chunks: Buffer[] = []
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.once('end', () => {
      const { method = '', url: path = '', headers } = request
      const body = Buffer.concat(chunks).toString()
      const call = { method, path, headers, body, at: performance.now() }
      calls.push(call)
      handler(response, call, calls.length)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    underWay: () => open.size,
    answers: (next) => {
      calls.length = 0
      handler = next
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function nothing(response: ServerResponse): void {
  response.writeHead(204).end()
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** The answer of `/test/call` if the call succeeded. */
export interface Called {
  /** Undefined is left out of JSON. */
  value?: unknown
}

export interface CallRoute {
  /** For `startGatehouse`: adds `GET /test/call`, which requires a sign-in. */
  extend(app: FastifyInstance): void
  /** What the route does from now on. */
  does(work: (request: FastifyRequest) => Promise<unknown>): void
}

/** A test route that calls an API. */
export function callRoute(): CallRoute {
  let work: ((request: FastifyRequest) => Promise<unknown>) | undefined
  return {
    extend: (app) => {
      app.get(
        '/test/call',
        { onRequest: (...hook) => app.requireSignIn.apply(app, hook) },
        async (request): Promise<Called> => ({ value: await work?.(request) }),
      )
    },
    does: (next) => {
      work = next
    },
  }
}
