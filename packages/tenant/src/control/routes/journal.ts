/** `/_tenant/journal`: the requests of clients as a list, one at a time, and as they come. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { endpoints } from '../../endpoint.ts'
import type { JournalEntry } from '../../journal.ts'
import type { TenantState } from '../../tenant-state.ts'
import { done } from '../answer.ts'
import { ControlError } from '../errors.ts'
import { explain } from '../explanations.ts'
import { bodyOf } from '../validation.ts'

const Entry = Type.Object(
  {
    id: Type.Integer(),
    at: Type.Number({ description: 'ms since the epoch' }),
    tenantId: Type.Union([Type.String(), Type.Null()], {
      description: 'null: of several, and no user has said which',
    }),
    endpoint: Type.String(),
    method: Type.String(),
    path: Type.String(),
    query: Type.Object({}),
    headers: Type.Object({}),
    body: Type.Optional(Type.Unknown()),
    status: Type.Optional(Type.Integer()),
    problem: Type.Optional(
      Type.Object({ code: Type.String(), message: Type.String(), source: Type.String() }),
    ),
    fault: Type.Optional(Type.String({ description: 'the scenario or fault that it comes from' })),
    isServed: Type.Boolean({ description: 'false: the tenant has nothing at this address' }),
  },
  { description: 'A request' },
)

const text = (description: string) => Type.Optional(Type.String({ maxLength: 300, description }))

/** `other`: the addresses that have no name. */
const names = [...endpoints, 'other'] as const

const Take = Type.Object(
  {
    // A misspelt name would wait for its whole time, and then look as if no request had come.
    endpoint: Type.Optional(
      Type.Union(
        names.map((name) => Type.Literal(name)),
        { description: `an endpoint; there are ${names.join(', ')}` },
      ),
    ),
    method: text('a method, such as POST'),
    path: text('a path, or its beginning with * at the end; {tenant} stands for any tenant'),
    clientId: text('the id of a client'),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60_000, description: '0 to 60000 ms to wait' }),
    ),
  },
  { additionalProperties: false, description: 'an object' },
)

const tags = ['journal']
const config = {
  list: {
    documented: {
      summary: 'The requests of clients, the oldest first',
      tags,
      answer: { schema: Type.Object({ entries: Type.Array(Entry) }) },
    },
  },
  clear: { documented: { summary: 'Forgets every request', tags } },
  take: {
    documented: {
      summary: 'The oldest request that fits and was not taken before; waits for it',
      tags,
      errors: ['no_request'],
      answer: { schema: Entry },
    },
  },
  stream: {
    documented: {
      summary: 'Requests as they are answered: server-sent events named request',
      tags,
      answer: { schema: Type.String(), type: 'text/event-stream' },
    },
  },
} as const

export function journalRoutes(app: FastifyInstance, tenant: TenantState): void {
  const { journal } = tenant
  app.get('/journal', { config: config.list }, async () => ({
    entries: journal.entries().map(explained),
  }))
  app.delete('/journal', { config: config.clear }, async (request, reply) => {
    journal.clear()
    return done(request, reply)
  })
  app.post('/journal/clear', async (request, reply) => {
    journal.clear()
    return done(request, reply, '/requests')
  })
  app.post('/journal/take', { config: config.take, schema: { body: Take } }, async (request) => {
    const { timeoutMs = 5_000, ...match } = bodyOf(Take, request)
    const entry = await journal.take(match, timeoutMs)
    if (entry) return explained(entry)
    throw new ControlError('no_request', `No request that fits came within ${timeoutMs} ms.`)
  })
  // Nothing would end the answer to HEAD.
  app.get('/journal/stream', { config: config.stream, exposeHeadRoute: false }, (request, reply) =>
    streamEntries(tenant, request, reply),
  )
}

function explained(entry: JournalEntry) {
  const problem = explain(entry)
  return problem ? { ...entry, problem } : entry
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html */
function streamEntries({ journal }: TenantState, request: FastifyRequest, reply: FastifyReply) {
  const { raw } = reply.hijack()
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  // A first line, so that the browser knows that it is connected.
  raw.write(': connected\n\n')
  const end = journal.subscribe((entry) => {
    raw.write(`event: request\nid: ${entry.id}\ndata: ${JSON.stringify(explained(entry))}\n\n`)
  })
  request.raw.once('close', end)
  return reply
}
