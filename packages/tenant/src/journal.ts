/** Keeps every request of clients, so that a test or the control page can show what was sent. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Endpoint } from './endpoint.ts'

export interface JournalEntry {
  /** The time of arrival by the tenant's clock, ms since the epoch. */
  at: number
  endpoint: Endpoint | 'other'
  method: string
  path: string
  query: Record<string, string | string[]>
  /** As received, with `authorization`. */
  headers: Record<string, string | string[] | undefined>
  /** The parsed form of a POST. */
  body?: unknown
  /** Undefined until the request is answered. */
  status?: number
}

export interface Journal {
  entries(): readonly JournalEntry[]
  count(endpoint: JournalEntry['endpoint']): number
  clear(): void
}

const limit = 10_000

declare module 'fastify' {
  interface FastifyRequest {
    journalEntry: JournalEntry | null
  }
}

/** Registers the hooks that write the journal, without requests to the control pages. */
export function createJournal(app: FastifyInstance, now: () => number): Journal {
  let entries: JournalEntry[] = []
  app.decorateRequest('journalEntry', null)
  app.addHook('onRequest', async (request) => {
    if (request.url.startsWith('/_tenant')) return
    request.journalEntry = entryOf(request, now())
    entries.push(request.journalEntry)
    // Trimmed in batches: shifting a long array at every request is slow.
    if (entries.length > limit * 1.1) entries = entries.slice(-limit)
  })
  app.addHook('preValidation', async (request) => {
    if (request.journalEntry && request.body !== undefined) request.journalEntry.body = request.body
  })
  app.addHook('onResponse', async (request, reply) => {
    if (request.journalEntry) request.journalEntry.status = reply.statusCode
  })
  return {
    entries: () => entries.slice(-limit),
    count: (endpoint) => entries.filter((entry) => entry.endpoint === endpoint).length,
    clear: () => void (entries = []),
  }
}

function entryOf(request: FastifyRequest, at: number): JournalEntry {
  const [path = '', search = ''] = request.url.split('?', 2)
  return {
    at,
    endpoint: request.routeOptions.config.endpoint ?? 'other',
    method: request.method,
    path,
    query: valuesOf(new URLSearchParams(search)),
    headers: { ...request.headers },
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
