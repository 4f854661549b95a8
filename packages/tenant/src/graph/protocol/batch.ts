/** `POST /$batch`: up to 20 requests in one. https://learn.microsoft.com/graph/json-batching */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { requireToken } from '../bearer.ts'
import { badRequest } from '../errors.ts'

const mostRequests = 20
/** Graph takes larger bodies here than elsewhere, for photos in base64. */
const bodyLimit = 4 * 1024 * 1024
const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD'] as const

interface Step {
  id: string
  method: (typeof methods)[number]
  /** Relative, with a slash in front. */
  url: string
  headers: Readonly<Record<string, string>>
  body: unknown
  dependsOn: readonly string[]
}

interface StepAnswer {
  id: string
  status: number
  headers: Readonly<Record<string, string>>
  body?: unknown
}

/** Each request passes the whole server, and so the journal, faults and permissions. */
export function batchRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post('/$batch', { config: { endpoint: 'batch' }, bodyLimit }, async (request) => {
    await requireToken(tenant, request)
    const steps = readSteps(request.body)
    const answers = new Map<string, Promise<StepAnswer>>()
    for (const step of steps) answers.set(step.id, perform(app, request, step, answers))
    return { responses: await Promise.all(answers.values()) }
  })
}

/** @throws GraphError 400 for a batch that is malformed; then no request of it is performed */
function readSteps(body: unknown): Step[] {
  const requests: unknown = Object(body).requests
  if (!Array.isArray(requests) || requests.length === 0) {
    throw badRequest('Invalid batch payload format.')
  }
  if (requests.length > mostRequests) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${mostRequests}.`)
  }
  const known = new Set<string>()
  return requests.map((request: unknown) => {
    const step = readStep(request, known)
    known.add(step.id.toLowerCase())
    return step
  })
}

function readStep(request: unknown, earlier: ReadonlySet<string>): Step {
  const { id, method, url, headers, body, dependsOn } = Object(request) as Record<string, unknown>
  if (typeof id !== 'string' || id === '') {
    throw badRequest('The request ID is missing or not a string.')
  }
  // Ids are compared without case.
  if (earlier.has(id.toLowerCase())) throw badRequest(`The request ID '${id}' is not unique.`)
  const verb = methods.find((one) => typeof method === 'string' && one === method.toUpperCase())
  if (!verb) throw badRequest(`The method of the request with ID '${id}' is missing or invalid.`)
  const relative = typeof url === 'string' ? relativeAddress(url) : undefined
  if (relative === undefined) {
    throw badRequest(`The url of the request with ID '${id}' is missing or not relative.`)
  }
  const ids = readDependencies(id, dependsOn, earlier)
  const lines = Object.entries(Object(headers) as Record<string, unknown>)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => typeof value === 'string' && !ofConnection.includes(name))
    .map(([name, value]) => [name, String(value)] as const)
  const fields = Object.fromEntries(lines)
  if (body !== undefined && body !== null && fields['content-type'] === undefined) {
    throw badRequest(`Request with ID '${id}' has a body and no Content-Type header.`)
  }
  return {
    id,
    method: verb,
    url: relative,
    headers: fields,
    body,
    dependsOn: ids,
  }
}

/** What a request of a batch cannot say: it has the host and the page of the batch, and no connection of its own. */
const ofConnection = [
  'host',
  'origin',
  'connection',
  'content-length',
  'content-encoding',
  'expect',
  'transfer-encoding',
]

/**
 * As it is resolved: `..`, however it is spelled, must lead neither out of Graph, which has no other guard against pages of other
 * sites than its tokens, nor to another batch.
 *
 * @returns the address below the version, with a slash in front; undefined for one that is not relative to it
 */
function relativeAddress(url: string): string | undefined {
  if (url.length > longestAddress || /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(url)) return undefined
  const sent = `http://localhost/graph/${url.replace(/^\//, '')}`
  const { pathname = '', search = '' } = URL.parse(sent) ?? {}
  const [, path] = /^\/graph(\/.+)$/.exec(pathname) ?? []
  if (path === undefined || /^\/+(?:\$|%24)batch/i.test(path)) return undefined
  return path + search
}

const longestAddress = 16_384

/** A dependency has to stand before the request that depends on it. */
function readDependencies(id: string, dependsOn: unknown, earlier: ReadonlySet<string>): string[] {
  if (dependsOn === undefined || dependsOn === null) return []
  const ids: unknown[] = Array.isArray(dependsOn) ? dependsOn : [dependsOn]
  if (ids.every((one) => typeof one === 'string' && earlier.has(one.toLowerCase()))) {
    return ids.map(String)
  }
  throw badRequest(`Invalid dependency for request Id '${id}'.`)
}

async function perform(
  app: FastifyInstance,
  outer: FastifyRequest,
  step: Step,
  answers: ReadonlyMap<string, Promise<StepAnswer>>,
): Promise<StepAnswer> {
  const before = [...answers].filter(([id]) =>
    step.dependsOn.some((wanted) => wanted.toLowerCase() === id.toLowerCase()),
  )
  const results = await Promise.all(before.map(([, answer]) => answer))
  if (results.some(({ status }) => status >= 400)) return failedDependency(step)
  const version = /^\/beta\//i.test(outer.originalUrl) ? 'beta' : 'v1.0'
  const payload = payloadOf(step)
  try {
    const answer = await app.inject({
      method: step.method,
      url: `/${version}${step.url}`,
      headers: { host: 'localhost', ...inherited(outer), ...step.headers },
      ...(payload === undefined ? {} : { payload }),
    })
    return readAnswer(step.id, answer.statusCode, answer.headers, answer.rawPayload)
  } catch {
    // A fault that closes the connection ends this request, not the batch.
    return {
      id: step.id,
      status: 504,
      headers: {},
      body: errorBody('UnknownError', 'The request got no answer.'),
    }
  }
}

/** What each request has from the batch, unless it has its own. */
function inherited({ headers }: FastifyRequest): Record<string, string> {
  const names = ['authorization', 'client-request-id', 'origin'] as const
  const lines = names.map((name) => [name, headers[name]] as const)
  return Object.fromEntries(
    lines.filter((line): line is [(typeof names)[number], string] => typeof line[1] === 'string'),
  )
}

/** JSON as it is; a string with another type is base64. */
function payloadOf({ body, headers }: Step): string | Buffer | undefined {
  if (body === undefined || body === null) return undefined
  const isJson = /json/i.test(headers['content-type'] ?? '')
  if (typeof body === 'string' && !isJson) return Buffer.from(body, 'base64')
  return JSON.stringify(body)
}

const shownHeaders = [
  'cache-control',
  'content-type',
  'etag',
  'location',
  'odata-version',
  'retry-after',
  'www-authenticate',
]
const spelling = /(^|-)([a-z])/g

function readAnswer(
  id: string,
  status: number,
  headers: Readonly<Record<string, unknown>>,
  body: Buffer,
): StepAnswer {
  const lines = shownHeaders
    .filter((name) => typeof headers[name] === 'string' || typeof headers[name] === 'number')
    .map((name) => [
      name
        .replace(spelling, (_, dash: string, letter: string) => dash + letter.toUpperCase())
        .replace('Odata', 'OData'),
      String(headers[name]),
    ])
  const answer = { id, status, headers: Object.fromEntries(lines) as Record<string, string> }
  if (body.length === 0) return answer
  return { ...answer, body: readBody(String(headers['content-type']), body) }
}

/** JSON as JSON, text as text, and everything else in base64. */
function readBody(type: string, body: Buffer): unknown {
  if (/^text\//i.test(type)) return body.toString('utf8')
  if (!/json/i.test(type)) return body.toString('base64')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return body.toString('base64')
  }
}

function failedDependency({ id, dependsOn }: Step): StepAnswer {
  const message = `A request that this one depends on has failed: ${dependsOn.join(', ')}.`
  return {
    id,
    status: 424,
    headers: { 'Content-Type': 'application/json' },
    body: errorBody('FailedDependency', message),
  }
}

function errorBody(code: string, message: string) {
  return { error: { code, message } }
}
