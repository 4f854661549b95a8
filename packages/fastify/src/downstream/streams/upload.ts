/**
 * Passes a request's body on to an API as it arrives: the route option `config.upload`, and
 * `request.uploadToApi(name, path, options)`. The server holds a few chunks of it and never the whole.
 */
import type { Socket } from 'node:net'
import type { Transform } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { apiProblem, ProblemError } from '../../errors.ts'
import type { Exchange } from '../../outgoing/index.ts'
import {
  type Api,
  onTimeout,
  renewToken,
  sendAgainProblem,
  throwUnlessSuccess,
  timeoutMs,
  tokenFor,
  userKeyOf,
} from '../call.ts'
import { throwIfFailed } from '../failure.ts'
import {
  assertCallHeaders,
  type CallHeader,
  type CallTerms,
  maxJsonBytes,
  Deadline,
} from '../http.ts'
import { builtPath } from '../next-page.ts'
import { bodyOf, tokenRejection, unexpectedResponse } from '../response.ts'
import { beginningOf, fileAddress, type OpenAnswer, type Transfer } from './client.ts'
import { createFlow } from './flow.ts'

interface UploadRules {
  /** The largest body that is accepted; a larger one is 413. */
  maxBytes: number
  /** Media types that are accepted, such as `image/jpeg`; another one is 415. */
  types: readonly string[]
}

interface UploadOptions extends CallTerms {
  /** PUT by default. Never sent twice. */
  method?: 'POST' | 'PUT' | 'PATCH'
  query?: Record<string, string>
  headers?: Partial<Record<CallHeader, string>>
  /** For a part of a file in an upload session: its place, and the size of the whole file, bytes. */
  range?: { start: number; total: number }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For a route that passes its body on with `request.uploadToApi`. The body is not parsed, may be larger than
     * other bodies, and has a minimum rate in place of the time limit for requests.
     */
    upload?: UploadRules
  }

  interface FastifyRequest {
    /**
     * Sends the body of this request to a configured downstream API, with the user's own token. The route needs
     * `config.upload`. `timeoutSeconds` is for the answer, once everything was sent.
     *
     * @param path as for `callApi`; or the link of an upload session, on a server of the API's `fileOrigins`, which
     * gets no token
     * @param options `answer`: the schema of the API's answer; without one, the answer's content is not read
     * @returns the JSON of the answer, if it has a schema
     * @throws ProblemError as `callApi` does; `invalid_request` with the status 413 for a larger body than the route
     * takes, with 408 for a client that is too slow; `unavailable` if it has to be sent again with a new token
     */
    uploadToApi<Answer extends TSchema>(
      name: string,
      path: string,
      options: UploadOptions & { answer: Answer },
    ): Promise<Static<Answer>>
    uploadToApi(name: string, path: string, options?: UploadOptions): Promise<undefined>
  }
}

/** Connections whose request may take longer than the server-wide limit. */
const exempt = new WeakSet<Socket>()

/** Whether a request that took too long to arrive is an upload, which has a minimum rate of its own. */
export function isUploading(error: { code?: string }, socket: Socket): boolean {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && exempt.has(socket)
}

/** What a body counts as while Fastify looks for a parser. No client sends this type. */
const unparsed = 'application/vnd.gatehouse.upload'

export function decorateUploads(app: FastifyInstance, find: (name: string) => Api): void {
  app.addHook('onRoute', (route) => {
    const rules = route.config?.upload
    if (!rules) return
    assertRules(route, rules)
    const before = [route.onRequest ?? []].flat()
    route.onRequest = [
      ...before,
      (request, reply, next) => {
        const problem = refusal(request, rules)
        if (problem) discardRest(request, reply)
        else admit(request, reply)
        next(problem)
      },
    ]
  })
  app.addContentTypeParser(unparsed, (request, _payload, done) => {
    request.headers = {}
    const isUpload = request.routeOptions.config.upload !== undefined
    done(isUpload ? null : unsupported('This address does not take that kind of content.'))
  })
  app.decorateRequest('uploadToApi', async function (
    this: FastifyRequest,
    name: string,
    path: string,
    options: UploadOptions & { answer?: TSchema } = {},
  ) {
    const { answer: schema } = options
    const answer = await upload(this, find(name), path, options)
    return schema && bodyOf(name, answer, schema)
  } as FastifyRequest['uploadToApi'])
}

/** @throws Error for rules that no request can meet: a mistake in the route */
function assertRules({ method, url }: RouteOptions, { maxBytes, types }: UploadRules): void {
  const isRight =
    [method].flat().every((one) => ['POST', 'PUT', 'PATCH'].includes(one)) &&
    Number.isInteger(maxBytes) &&
    maxBytes > 0 &&
    types.length > 0 &&
    types.every((type) => /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(type))
  if (isRight) return
  throw new Error(
    `config.upload of ${url} needs maxBytes, a list of types such as "image/jpeg", and POST, PUT or PATCH`,
  )
}

function unsupported(detail: string): ProblemError {
  return new ProblemError('invalid_request', detail, { status: 415 })
}

function tooLarge(maxBytes: number): ProblemError {
  const detail = `The file is too large: this address takes ${maxBytes} bytes.`
  return new ProblemError('invalid_request', detail, { status: 413 })
}

function typeOf({ raw }: FastifyRequest): string {
  return (raw.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function refusal(request: FastifyRequest, rules: UploadRules): ProblemError | undefined {
  const { headers } = request.raw
  const length = headers['content-length']
  if (headers['transfer-encoding'] === undefined && !(Number(length) > 0)) {
    return new ProblemError('invalid_request', 'The request has no content.')
  }
  // The size that counts would be another one.
  if (headers['content-encoding'] !== undefined) {
    return unsupported('This address takes no packed content.')
  }
  if (!rules.types.includes(typeOf(request))) {
    return unsupported(`This address takes ${rules.types.join(', ')}.`)
  }
  return Number(length) > rules.maxBytes ? tooLarge(rules.maxBytes) : undefined
}

function admit(request: FastifyRequest, reply: FastifyReply): void {
  const { socket } = request.raw
  exempt.add(socket)
  reply.raw.once('close', () => {
    exempt.delete(socket)
    discardRest(request, reply)
  })
  request.headers = { 'content-type': unparsed }
}

/** After the answer: what is still read of a body that nobody wants, so that its client can read the answer. */
const lingering = { bytes: 16 * 1024 * 1024, ms: 2_000 }

/** Closing at once would reset the connection, and the client would not see why (RFC 9112 §9.6). */
function discardRest({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete || raw.destroyed) return
  raw.unpipe()
  raw.on('error', () => undefined)
  let left = lingering.bytes
  raw.on('data', (chunk: Buffer) => {
    if (reply.raw.writableFinished) left -= chunk.length
    if (left < 0) raw.destroy()
  })
  const timer = setTimeout(() => raw.destroy(), lingering.ms)
  raw.once('close', () => clearTimeout(timer))
  raw.once('end', () => clearTimeout(timer))
  raw.resume()
}

async function upload(
  request: FastifyRequest,
  api: Api,
  path: string,
  options: UploadOptions,
): Promise<Exchange> {
  const rules = request.routeOptions.config.upload
  if (!rules) throw new Error('uploadToApi needs a route with config.upload')
  if (request.raw.readableDidRead) throw new Error('uploadToApi sends the body of a request once')
  const { method = 'PUT', query, headers = {}, scopes, timeoutSeconds } = options
  assertCallHeaders(headers)
  const answerMs = timeoutMs(api, timeoutSeconds)
  const late = onTimeout(api)
  const address = fileAddress(path, api.fileOrigins)
  const to = address ? '' : builtPath(path, query)
  const token = address ? '' : await tokenFor(request, api, scopes)
  const length = lengthOf(request)
  const range = rangeOf(length, options.range)
  const deadline = new Deadline(request.raw.socket, undefined, late)
  const stream = requestBody(request, api, rules)
  let timer: NodeJS.Timeout | undefined
  stream.once('end', () => {
    timer = setTimeout(() => deadline.end(late()), answerMs)
  })
  let answer
  try {
    const transfer: Transfer = {
      method,
      path: to,
      address,
      headers,
      accept: 'application/json',
      answerMs,
      silenceMs: answerMs,
      body: { stream, type: typeOf(request), length, range },
    }
    answer = await whole(api, await api.transfer(transfer, userKeyOf(request), token, deadline))
  } finally {
    deadline.clear()
    clearTimeout(timer)
    stream.destroy()
  }
  if (address) throwIfFailed(api.name, answer.status === 401 ? { ...answer, status: 403 } : answer)
  else await throwIfRefused(request, api, answer, { rejected: token, scopes })
  return answer
}

/** With a new token if the API rejected this one: its body cannot be sent again from here. */
async function throwIfRefused(
  request: FastifyRequest,
  api: Api,
  answer: Exchange,
  sent: { rejected: string; scopes: readonly string[] | undefined },
): Promise<void> {
  const rejection = tokenRejection(answer)
  const renewed = rejection && (await renewToken(request, api, sent, rejection))
  if (renewed !== undefined && renewed !== sent.rejected) throw sendAgainProblem(api, answer)
  await throwUnlessSuccess(request, api, answer, sent.scopes)
}

function lengthOf({ raw }: FastifyRequest): number | undefined {
  const length = raw.headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** Content-Range of a request, as upload sessions have it. @throws ProblemError without a length */
function rangeOf(length: number | undefined, range: UploadOptions['range']): string | undefined {
  if (!range) return undefined
  if (length === undefined) {
    throw new ProblemError('invalid_request', 'A part of a file needs a length.', { status: 411 })
  }
  const { start, total } = range
  const end = start + length - 1
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(total) || end >= total) {
    throw new ProblemError('invalid_request', 'This part is not within the file.')
  }
  return `bytes ${start}-${end}/${total}`
}

async function whole(api: Api, answer: OpenAnswer): Promise<Exchange> {
  if (!answer.stream) return answer
  try {
    const bytes = await beginningOf(answer.stream, maxJsonBytes)
    if (bytes) return { ...answer, bytes }
  } catch (error) {
    throw api.streamProblem(error)
  }
  throw unexpectedResponse(api.name, new Error('too large'), answer)
}

/** The body on its way: bounded in size, and going on. */
function requestBody({ raw }: FastifyRequest, api: Api, { maxBytes }: UploadRules): Transform {
  const flow = createFlow({
    steady: true,
    maxBytes,
    onTooLarge: () => tooLarge(maxBytes),
    onSlow: (side) =>
      side === 'source'
        ? new ProblemError('invalid_request', 'The file arrives too slowly.', { status: 408 })
        : apiProblem(api.name, 'upstream_timeout', 'takes the file too slowly'),
  })
  // Ended early: the call was given up, or the client is gone, and both are noticed elsewhere.
  raw.once('error', () => flow.destroy())
  flow.once('error', () => undefined)
  return raw.pipe(flow)
}
