/**
 * Makes a change once, however often it is sent: the header `Idempotency-Key` of described endpoints
 * (draft-ietf-httpapi-idempotency-key-header). A repetition gets the first answer. Known to this process alone.
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { sessionIdOf } from '../auth/request.ts'
import { clientGoneStatus, outliveClient } from '../downstream/index.ts'
import { ProblemError } from '../errors.ts'
import { type KeptAnswer, KeptAnswers, type RunningChange } from './kept-answers.ts'

const runningChange: unique symbol = Symbol('running change')

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route heeds the header Idempotency-Key. `handle` sets it. */
    idempotencyKey?: boolean
  }
  interface FastifyInstance {
    keptAnswers: KeptAnswers
  }
  interface FastifyRequest {
    [runningChange]: RunningChange | undefined
  }
}

const sweepMs = 60_000

function idempotency(app: FastifyInstance, { now }: { now: () => number }, done: () => void): void {
  const keptAnswers = new KeptAnswers(now)
  app.decorate('keptAnswers', keptAnswers)
  app.decorateRequest(runningChange, undefined)
  // Before the hooks of an app, such as one that compresses: they see a repeated answer as well.
  app.addHook('onSend', (request, reply, payload, next) => {
    request[runningChange]?.end(answerOf(reply, payload))
    next()
  })
  const timer = setInterval(() => keptAnswers.removeExpired(), sweepMs)
  timer.unref()
  app.addHook('onClose', async () => clearInterval(timer))
  done()
}

export default fp(idempotency, { name: 'idempotency', dependencies: ['downstream'] })

/**
 * The last hook before the handler, so that a user who may not make the change gets no answer of it either. Without a
 * key, or without a session, it does nothing.
 *
 * @throws ProblemError `invalid_request`, `idempotency_key_reused`, `idempotency_key_in_use`
 */
export async function repeatAnswer(request: FastifyRequest, reply: FastifyReply) {
  const header = request.headers['idempotency-key']
  const session = sessionIdOf(request)
  if (header === undefined || session === undefined) return undefined
  const { method, url, socket } = request
  const [path, query = ''] = url.split(/\?(.*)/s, 2)
  const change = {
    session,
    name: `${method} ${path} ${keyIn(header)}`,
    fingerprint: fingerprintOf([query, request.headers['if-match'], request.body]),
  }
  const claimed = await request.server.keptAnswers.claim(change, () => !socket.destroyed)
  if ('status' in claimed) {
    request.log.info({ event: 'change_repeated' }, 'A change came again, and got its first answer')
    return send(reply, claimed)
  }
  request[runningChange] = claimed
  // The client that has lost its connection comes back for this answer.
  outliveClient(request)
  return undefined
}

/** For a reply that never becomes an answer here: the route took it over, or nothing is left to send it to. */
const unansweredMs = 1000

/** Wraps the handler of a route with `repeatAnswer`: a change that is over without an answer may be made again. */
export function endingChange(handler: (request: never, reply: never) => unknown) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      return await handler(request as never, reply as never)
    } finally {
      const change = request[runningChange]
      if (change) setTimeout(() => change.end(), unansweredMs).unref()
    }
  }
}

/** A String of RFC 9651 without parameters; a UUID is recommended. Several headers arrive as a list, which is none. */
const keyForm = /^ *"((?:[ !#-[\]-~]|\\["\\]){1,128})" *$/

function keyIn(header: string | string[]): string {
  const [, key] = keyForm.exec(String(header)) ?? []
  if (key !== undefined) return key
  const message = 'is no text in quotes with 1 to 128 characters of ASCII'
  throw new ProblemError('invalid_request', `headers: idempotency-key ${message}`, {
    errors: [{ path: '/headers/idempotency-key', message }],
  })
}

function fingerprintOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/**
 * The statuses of 4xx that are not about the change, but about the moment: a right that may be given (401, 403), a state
 * that others may change (409, 412, 423), a limit or a connection (408, 425, 429, 499). Another attempt may have
 * another answer, and nothing was changed.
 */
const passing: ReadonlySet<number> = new Set([
  401,
  403,
  408,
  409,
  412,
  423,
  425,
  429,
  clientGoneStatus,
])
/** Of this one exchange, or of the session as it was then. */
const notKept: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'set-cookie',
  'transfer-encoding',
])

/** The answer that a repetition gets; undefined if the change has to be made again. */
function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer | undefined {
  const { statusCode: status } = reply
  const isFinal = (status >= 200 && status < 300) || (status >= 400 && status < 500)
  if (!isFinal || passing.has(status) || reply.hasHeader('retry-after')) return undefined
  if (payload !== undefined && payload !== null && typeof payload !== 'string') {
    if (!Buffer.isBuffer(payload)) return undefined
  }
  const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined || notKept.has(name)
      ? []
      : [[name, Array.isArray(value) ? value : String(value)] as const],
  )
  return { status, headers: Object.fromEntries(headers), payload: payload ?? null }
}

function send(reply: FastifyReply, { status, headers, payload }: KeptAnswer): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .header('idempotent-replayed', 'true')
    .serializer((body: unknown) => body as string)
    .send(payload ?? undefined)
}
