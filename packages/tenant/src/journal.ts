/** Keeps every request of clients, so that a test or the control page can show what was sent, and why it was refused. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { JournalEntry } from './journal/entry.ts'
import { problemOf } from './journal/request-problem.ts'
import type { KeptJournal } from './journal/kept.ts'
import { createWaiting, type RequestMatch } from './journal/waiting.ts'

export type { JournalEntry } from './journal/entry.ts'
export type { RequestProblem } from './journal/request-problem.ts'

export interface Journal {
  entries(): readonly JournalEntry[]
  count(endpoint: JournalEntry['endpoint']): number
  clear(): void
  /** Puts requests of before a restart in front. They count as taken, and their numbers go on. */
  restore(before: KeptJournal): void
  /**
   * The oldest answered request that fits and was not taken before, or else the next one.
   *
   * @returns undefined if none came within `timeoutMs`; default 5,000
   */
  take(match?: RequestMatch, timeoutMs?: number): Promise<JournalEntry | undefined>
  /** Calls the listener with each request, once it is answered. @returns a function that ends this */
  subscribe(listener: (entry: JournalEntry) => void): () => void
  /**
   * Registers the hooks that write the journal, without requests to the control pages.
   *
   * @param tenantOf the id of the tenant that a request is for
   */
  watch(app: FastifyInstance, tenantOf: (request: FastifyRequest) => string | null): void
}

const limit = 10_000

declare module 'fastify' {
  interface FastifyRequest {
    journalEntry: JournalEntry | null
  }
}

/** @param now ms since the epoch */
export function createJournal(now: () => number): Journal {
  let entries: JournalEntry[] = []
  let count = 0
  const listeners = new Set<(entry: JournalEntry) => void>()
  /** The number of the last request of before a restart. */
  let restored = 0
  const waiting = createWaiting(() => entries.filter(({ id }) => id > restored))
  function add(request: FastifyRequest, tenantId: string | null): JournalEntry {
    const entry = entryOf(request, { tenantId, at: now(), id: (count += 1) })
    entries.push(entry)
    // Trimmed in batches: shifting a long array at every request is slow.
    if (entries.length > limit * 1.1) entries = entries.slice(-limit)
    return entry
  }
  function answered(entry: JournalEntry, status: number): void {
    entry.status = status
    waiting.answered(entry)
    for (const listener of listeners) listener(entry)
  }
  return {
    entries: () => entries.slice(-limit),
    count: (endpoint) => entries.filter((entry) => entry.endpoint === endpoint).length,
    clear: () => void (entries = []),
    restore(before) {
      restored = before.at(-1)?.id ?? 0
      count = restored
      entries = before as JournalEntry[]
    },
    take: (match = {}, timeoutMs = 5_000) => waiting.take(match, timeoutMs),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    watch(app, tenantOf) {
      app.decorateRequest('journalEntry', null)
      app.addHook('onRequest', async (request) => {
        if (request.url.startsWith('/_tenant')) return
        request.journalEntry = add(request, tenantOf(request))
      })
      describeAnswers(app)
      app.addHook('onResponse', async ({ journalEntry }, reply) => {
        if (journalEntry) answered(journalEntry, reply.statusCode)
      })
      app.addHook('onClose', async () => waiting.clear())
    },
  }
}

function describeAnswers(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const { journalEntry, body } = request
    if (!journalEntry || body === undefined) return
    const bytes = sizeOf(request)
    journalEntry.body = Buffer.isBuffer(body) || bytes > largestBody ? { bytes } : body
  })
  app.addHook('onSend', async ({ journalEntry }, reply, payload) => {
    const problem = journalEntry && problemOf(answerOf(reply, payload))
    if (problem) journalEntry.problem = problem
  })
}

/** Bytes. Photos and large batches are not kept: ten thousand of them would fill the memory. */
export const largestBody = 65_536

function sizeOf({ headers, body }: FastifyRequest): number {
  if (Buffer.isBuffer(body)) return body.length
  // A body that comes in chunks does not say how long it is.
  return Number(headers['content-length'] ?? JSON.stringify(body).length)
}

function entryOf(
  request: FastifyRequest,
  known: Pick<JournalEntry, 'id' | 'at' | 'tenantId'>,
): JournalEntry {
  const [path = '', search = ''] = request.originalUrl.split(/\?(.*)/s)
  return {
    ...known,
    endpoint: request.routeOptions.config.endpoint ?? 'other',
    method: request.method,
    path,
    query: valuesOf(new URLSearchParams(search)),
    headers: { ...request.headers },
    isServed: !request.is404,
  }
}

function answerOf(reply: FastifyReply, payload: unknown) {
  const location = reply.getHeader('location')
  return {
    status: reply.statusCode,
    location: typeof location === 'string' ? location : undefined,
    text: typeof payload === 'string' ? payload : undefined,
  }
}

function valuesOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(parameters.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length > 1 ? values : (values[0] ?? '')]
    }),
  )
}
