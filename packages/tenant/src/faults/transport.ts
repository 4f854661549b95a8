/** Faults of the wire: they know nothing of OAuth or Graph. */

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FaultOf } from './fault.ts'
import type { Faults } from './faults.ts'

export interface Answer {
  status: number
  headers?: Record<string, string | string[]>
  /** A string goes out as it is, anything else as JSON; absent: no body. */
  body?: unknown
  /** Default: JSON for an object, HTML for a string. */
  contentType?: string
}

export type TransportFault =
  | ({ kind: 'respond' } & Answer)
  | {
      kind: 'respondWith'
      /** The answer, or undefined to let the tenant answer as usual. */
      answer: (request: FastifyRequest) => Answer | undefined | Promise<Answer | undefined>
    }
  /** Waits, then answers as usual. */
  | { kind: 'delay'; ms: number }
  /** Never answers. */
  | { kind: 'hang' }
  /** Closes the socket without an answer. */
  | { kind: 'reset' }
  /** A 200 that sends `bytes` every `everyMs`, until `total` bytes are out. */
  | { kind: 'drip'; bytes: number; everyMs: number; total: number }
  /** A 200 with a JSON body of about this many bytes. */
  | { kind: 'huge'; bytes: number }

const kinds = ['respond', 'respondWith', 'hang', 'reset', 'drip', 'huge'] as const

type WireFault = FaultOf<(typeof kinds)[number]>

/** Registers the hook that lets requests meet these faults, after the body is read and before the handler. */
export function useTransportFaults(app: FastifyInstance, faults: Faults): void {
  app.addHook('preHandler', async (request, reply) => {
    const at = request.routeOptions.config.endpoint
    if (!at) return undefined
    const delay = faults.take(at, ['delay'], request)
    if (delay) await sleep(delay.ms)
    const fault = faults.take(at, kinds, request)
    return fault && apply(fault, request, reply)
  })
}

async function apply(
  fault: WireFault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  switch (fault.kind) {
    case 'respond':
      return send(fault, reply)
    case 'respondWith': {
      const answer = await fault.answer(request)
      return answer ? send(answer, reply) : undefined
    }
    case 'hang':
      return reply.hijack()
    case 'reset':
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    case 'drip':
      return stream(reply, drip(fault.bytes, fault.everyMs, fault.total))
    case 'huge':
      return stream(reply, huge(fault.bytes))
    default:
      return undefined
  }
}

function send(answer: Answer, reply: FastifyReply): FastifyReply {
  const { status, headers = {}, body, contentType } = answer
  reply.code(status).headers(headers)
  if (body === undefined) return reply.send()
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return reply.type(contentType ?? 'text/html; charset=utf-8').send(body)
  }
  return reply.type(contentType ?? 'application/json; charset=utf-8').send(JSON.stringify(body))
}

function stream(reply: FastifyReply, chunks: AsyncGenerator<string>): FastifyReply {
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  // Fails when the client goes away first, which is what these faults are for.
  pipeline(Readable.from(chunks), reply.raw).catch(() => undefined)
  return reply
}

async function* drip(bytes: number, everyMs: number, total: number) {
  for (let sent = 0; sent < total; sent += bytes) {
    yield ' '.repeat(Math.min(bytes, total - sent))
    await sleep(everyMs, undefined, { ref: false })
  }
}

const chunkBytes = 65_536

async function* huge(bytes: number) {
  yield '{"value":["'
  for (let sent = 0; sent < bytes; sent += chunkBytes) yield 'x'.repeat(chunkBytes)
  yield '"]}'
}
