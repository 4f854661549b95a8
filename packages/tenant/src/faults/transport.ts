/** Applies the faults of the connection. */

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Answer, FaultOf } from './fault.ts'
import type { Faults } from './faults.ts'

const kinds = ['respond', 'respondWith', 'hang', 'reset', 'drip', 'huge'] as const

type WireFault = FaultOf<(typeof kinds)[number]>

/** Registers the hook that applies these faults, after the body is read and before the handler runs. */
export function useTransportFaults(app: FastifyInstance, faults: Faults): void {
  app.addHook('preHandler', async (request, reply) => {
    const at = request.routeOptions.config.endpoint
    if (!at) return undefined
    const delay = faults.consume(at, ['delay'], request)
    if (delay) await sleep(delay.ms)
    const fault = faults.consume(at, kinds, request)
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
  // Fails if the client disconnects first, which these faults provoke.
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
