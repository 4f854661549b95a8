/**
 * Several requests to Graph in one: adds `request.batch(name, requests)`.
 * https://learn.microsoft.com/graph/json-batching
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { ProblemError } from '../errors.ts'
import type { Exchange } from '../outgoing/index.ts'
import {
  type Api,
  callAsUser,
  renewToken,
  sendAgainProblem,
  throwUnlessSuccess,
  tokenFor,
} from './call.ts'
import {
  assertCallHeaders,
  type Call,
  type CallHeader,
  type CallTerms,
  maxJsonBytes,
} from './http.ts'
import { builtPath } from './next-page.ts'
import {
  bodyOf,
  jsonOf,
  throwIfOtherShape,
  tokenRejection,
  type TokenRejection,
  unexpectedResponse,
} from './response.ts'

interface BatchRequest {
  /** GET by default. */
  method?: Call['method']
  path: string
  query?: Record<string, string>
  headers?: Partial<Record<CallHeader, string>>
  /** Sent as JSON. */
  body?: unknown
  /** The answer's schema; another shape is `upstream_failed`. */
  answer?: TSchema
  /** Names of earlier requests of the same batch, which have to succeed first. */
  dependsOn?: readonly string[]
}

/** How one request of a batch ended: each for itself. */
export type BatchOutcome<Body = unknown> =
  | { ok: true; status: number; body: Body }
  | { ok: false; error: ProblemError }

type BodyOf<One extends BatchRequest> = One extends { answer: infer Schema extends TSchema }
  ? Static<Schema>
  : unknown

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Sends up to 20 requests as one, with the user's own token.
     *
     * @param name of an API that has `/$batch`, such as Graph
     * @param requests by names of the route's own; paths and queries as for `callApi`
     * @returns the outcome of each by its name. One that failed has the error that `callApi` would have thrown, with
     * its own Retry-After if it was throttled; none is sent again
     * @throws ProblemError if the batch as a whole failed
     */
    batch<const Requests extends Record<string, BatchRequest>>(
      name: string,
      requests: Requests,
      terms?: CallTerms,
    ): Promise<{ [Key in keyof Requests]: BatchOutcome<BodyOf<Requests[Key]>> }>
  }
}

/** https://learn.microsoft.com/graph/json-batching#batch-size-limitations */
const mostRequests = 20

const BatchAnswer = Type.Object({
  responses: Type.Array(
    Type.Object({
      id: Type.String(),
      status: Type.Integer({ minimum: 100, maximum: 599 }),
      headers: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      body: Type.Optional(Type.Unknown()),
    }),
    { maxItems: mostRequests },
  ),
})

export function decorateBatches(app: FastifyInstance, find: (name: string) => Api): void {
  app.decorateRequest('batch', async function (
    this: FastifyRequest,
    name: string,
    requests: Record<string, BatchRequest>,
    terms: CallTerms = {},
  ) {
    return batch(this, find(name), requests, terms)
  } as FastifyRequest['batch'])
}

async function batch(
  request: FastifyRequest,
  api: Api,
  requests: Record<string, BatchRequest>,
  terms: CallTerms,
): Promise<Record<string, BatchOutcome>> {
  const named = Object.entries(requests)
  const call = batchCall(named)
  const { scopes } = terms
  const token = await tokenFor(request, api, scopes)
  let answers = await send(request, api, call, terms)
  const [rejection] = answers.flatMap((one) => (one && renewable(one)) ?? [])
  const renewed = rejection && (await renewedToken(request, api, { token, scopes }, rejection))
  // Reads can be repeated. Of changes, some are done.
  const repeats = renewed && named.every(([, { method = 'GET' }]) => method === 'GET')
  if (repeats) answers = await send(request, api, call, terms)
  const canRepeat = renewed === true && !repeats
  const outcomes = named.map(async ([name, { answer: schema }], index) => {
    const answer = answers[index]
    const outcome = await outcomeOf(request, api, answer, { schema, scopes, canRepeat })
    return [name, outcome] as const
  })
  return Object.fromEntries(await Promise.all(outcomes))
}

/** What a part said about the token, if another token may help. */
function renewable(answer: Exchange): TokenRejection | undefined {
  const rejection = tokenRejection(answer)
  return rejection?.status === 401 || rejection?.claims !== undefined ? rejection : undefined
}

/** @returns whether there is a new token. What Microsoft wants of the user first is for the part to say */
async function renewedToken(
  request: FastifyRequest,
  api: Api,
  { token, scopes }: { token: string; scopes: readonly string[] | undefined },
  rejection: TokenRejection,
): Promise<boolean> {
  try {
    const renewed = await renewToken(request, api, { rejected: token, scopes }, rejection)
    return renewed !== undefined && renewed !== token
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'interaction_required') return false
    throw error
  }
}

/** @throws Error for a batch that the API would refuse: a mistake in the route */
function batchCall(named: [string, BatchRequest][]): Call {
  if (named.length === 0 || named.length > mostRequests) {
    throw new Error(`A batch has 1 to ${mostRequests} requests, not ${named.length}`)
  }
  // Numbers, because Graph compares ids without case.
  const ids = new Map<string, string>()
  const requests = named.map(([name, one], index) => {
    const { method = 'GET', path, query, headers = {}, body, dependsOn } = one
    assertCallHeaders(headers)
    const dependencies = dependsOn?.map((other) => {
      const id = ids.get(other)
      if (id === undefined)
        throw new Error(`"${name}" depends on "${other}", which is not before it`)
      return id
    })
    const id = String(index + 1)
    ids.set(name, id)
    const hasBody = body !== undefined
    return {
      id,
      method,
      url: builtPath(path, query),
      headers: { ...headers, ...(hasBody && { 'content-type': 'application/json' }) },
      ...(hasBody && { body }),
      ...(dependencies && { dependsOn: dependencies }),
    }
  })
  return {
    method: 'POST',
    path: '/$batch',
    headers: {},
    body: JSON.stringify({ requests }),
    accept: 'application/json',
    maxBytes: maxJsonBytes,
  }
}

/** @returns each request's answer, in the order of the requests; undefined for one that has none */
async function send(
  request: FastifyRequest,
  api: Api,
  call: Call,
  terms: CallTerms,
): Promise<(Exchange | undefined)[]> {
  const json = bodyOf(api.name, await callAsUser(request, api, call, terms), BatchAnswer)
  const byId = new Map<string, Exchange>()
  for (const { id, status, headers = {}, body } of (json as Static<typeof BatchAnswer>).responses) {
    byId.set(id, { status, headers: headersOf(headers, body), bytes: bytesOf(api.name, body) })
  }
  return Array.from({ length: mostRequests }, (_, index) => byId.get(String(index + 1)))
}

/** By lower-case names. The body is JSON by now, whatever type its request had. */
function headersOf(headers: Record<string, unknown>, body: unknown): Exchange['headers'] {
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  )
  const { 'content-encoding': _encoding, ...known } = Object.fromEntries(texts)
  return { ...known, ...(body !== undefined && { 'content-type': 'application/json' }) }
}

/** @throws ProblemError `upstream_failed` for one that is nested more deeply than can be written */
function bytesOf(name: string, body: unknown): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0)
  try {
    return Buffer.from(JSON.stringify(body))
  } catch (cause) {
    throw unexpectedResponse(name, cause)
  }
}

interface OutcomeOptions {
  schema: TSchema | undefined
  scopes: readonly string[] | undefined
  /** Whether a part that rejected the token can be sent again, with the one that there is by now. */
  canRepeat: boolean
}

async function outcomeOf(
  request: FastifyRequest,
  api: Api,
  answer: Exchange | undefined,
  { schema, scopes, canRepeat }: OutcomeOptions,
): Promise<BatchOutcome> {
  try {
    if (!answer) throw unexpectedResponse(api.name, new Error('no answer to a part'))
    if (canRepeat && renewable(answer)) throw sendAgainProblem(api, answer)
    await throwUnlessSuccess(request, api, answer, scopes)
    const { status } = answer
    const body = answer.bytes.length === 0 ? undefined : jsonOf(api.name, answer)
    if (schema) throwIfOtherShape(api.name, schema, body)
    return { ok: true, status, body }
  } catch (error) {
    if (error instanceof ProblemError) return { ok: false, error }
    throw error
  }
}
