/**
 * Server-sent events (HTML Living Standard §9.2) of a route: adds `reply.sse(source)`. The stream ends with the
 * session and with the process, and does not keep the session alive.
 */
import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { eventStreamType } from '../../auth/request.ts'
import { ProblemError, tooManyRequests } from '../../errors.ts'
import { userKeyOf } from '../call.ts'
import type { OpenStreams } from './open-streams.ts'

export interface ServerEvent {
  /** Sent as JSON. */
  data: unknown
  /** The name that a page listens for; `message` without one. */
  event?: string
  /** Printable ASCII, 200 characters at most. The browser sends the last one when it comes back. */
  id?: string
}

interface EventSourceContext {
  /** Where the browser left off, from its header: anyone can send any. */
  lastEventId: string | undefined
  /** Aborted when nobody reads any more. The route ends what it listens to. */
  signal: AbortSignal
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with events until the source has no more, the browser leaves, the session ends or the process does.
     * The source is asked for the next event once the last one is on its way.
     *
     * @returns when the answer has ended. Return or await it
     * @throws ProblemError `too_many_requests` for too many streams of a user, `unavailable` for too many in all
     */
    sse(source: (context: EventSourceContext) => AsyncIterable<ServerEvent>): Promise<void>
  }
}

/** Browsers without HTTP/2 open six connections to a host. */
export const eventStreamLimits = {
  perUser: 8,
  inAll: 4096,
  /** A comment, so that proxies and this server do not take the connection for idle (30 s). */
  heartbeatMs: 15_000,
}
/** Before a browser opens the stream again, ms. Random: after a deploy all of them come back. */
const retry = { min: 1_000, max: 4_000 }

export function decorateServerEvents(app: FastifyInstance, streams: OpenStreams): void {
  const open = new Map<string, number>()
  let total = 0

  function take(request: FastifyRequest): () => void {
    const user = userKeyOf(request)
    const own = open.get(user) ?? 0
    if (own >= eventStreamLimits.perUser) throw tooManyRequests(5)
    if (total >= eventStreamLimits.inAll) {
      const detail = 'Too many streams are open. Try again in a moment.'
      throw new ProblemError('unavailable', detail, { retryAfterS: 5 })
    }
    open.set(user, own + 1)
    total += 1
    return () => {
      total -= 1
      const left = (open.get(user) ?? 1) - 1
      if (left > 0) open.set(user, left)
      else open.delete(user)
    }
  }

  app.decorateReply('sse', async function (this: FastifyReply, source) {
    const { request } = this
    const release = take(request)
    const out = new PassThrough()
    const ended = new AbortController()
    const end = () => {
      ended.abort()
      out.end()
    }
    const forget = streams.watch(request, end, { endless: true })
    const heartbeat = setInterval(() => {
      if (!out.writableNeedDrain && !out.writableEnded) out.write(':\n\n')
    }, eventStreamLimits.heartbeatMs)
    out.once('close', () => {
      clearInterval(heartbeat)
      forget()
      release()
      ended.abort()
    })
    const waitMs = Math.round(retry.min + Math.random() * (retry.max - retry.min))
    // Sent at once, so that the page knows that the stream is open.
    out.write(`retry: ${waitMs}\n\n`)
    const context = { lastEventId: lastEventIdOf(request), signal: ended.signal }
    void pump(request, source, context, out).finally(end)
    // Proxies would collect what has to arrive at once.
    await this.header('x-accel-buffering', 'no').type(eventStreamType).send(out)
  })
}

/** Anything else was not sent by us. */
const idForm = /^[\x20-\x7e]{1,200}$/

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id']
  return typeof id === 'string' && idForm.test(id) ? id : undefined
}

async function pump(
  request: FastifyRequest,
  source: (context: EventSourceContext) => AsyncIterable<ServerEvent>,
  context: EventSourceContext,
  out: PassThrough,
): Promise<void> {
  const { signal } = context
  let events: AsyncIterator<ServerEvent> | undefined
  try {
    events = source(context)[Symbol.asyncIterator]()
    for (;;) {
      // A source that does not listen to the signal must not keep the answer open.
      const next = await unlessAborted(signal, events.next())
      if (!next || next.done || signal.aborted) break
      if (!out.write(frame(next.value))) {
        const drained = new Promise((resolve) => void out.once('drain', resolve))
        await unlessAborted(signal, drained)
      }
    }
  } catch (error) {
    // Ended by the signal: that is how a source that listens to it stops.
    if (signal.aborted) return
    request.log.error({ event: 'event_stream_failed', err: error }, 'The source of events failed')
  } finally {
    endOf(events).catch(() => undefined)
  }
}

/** Async, because an iterator that was written by hand may throw at once, or return no promise: that would end the process. */
async function endOf(events: AsyncIterator<ServerEvent> | undefined): Promise<void> {
  await events?.return?.()
}

/**
 * The outcome of some work; undefined if the signal comes first. `Promise.race` with one promise for the whole stream
 * would keep every event of the stream in memory until that promise settles.
 */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(undefined)
    const onAbort = () => resolve(undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    work.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject)
  })
}

/** @throws Error for a name or id that would be read as something else */
function frame({ data, event, id }: ServerEvent): string {
  const json = JSON.stringify(data)
  if (json === undefined) throw new Error('An event needs data that JSON can hold')
  if (event !== undefined && !/^[\w.:-]{1,100}$/.test(event)) {
    throw new Error('An event has a name of letters, digits and - _ . :')
  }
  if (id !== undefined && !idForm.test(id)) {
    throw new Error('The id of an event is 1 to 200 characters of printable ASCII')
  }
  const head = `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}`
  return `${head}data: ${json}\n\n`
}
