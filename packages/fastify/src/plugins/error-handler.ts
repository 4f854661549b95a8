/**
 * Answers errors: with problem details (RFC 9457) for programs, with a page for people whose navigation
 * failed. It reveals nothing of an unexpected error.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { basePathOf, isPagePath } from '@gatehouse/contract/paths'
import { type ProblemCode, problemMediaType } from '@gatehouse/contract/problem'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { cookieSuffix } from '../base-path.ts'
import { type ApiNames, notFound as nothingThere, ProblemError, toProblem } from '../errors.ts'
import { htmlPageHeaders, renderHtmlPage, sendHtmlPage } from '../html-page.ts'
import { isForPerson } from '../navigation.ts'
import { traceOf } from '../telemetry/trace.ts'
import type { SendPage } from '../web/index.ts'
import { problemPageFor } from './problem-pages.ts'
import { fixedHeaders, type HeaderSettings } from './security-headers.ts'
import { fieldErrorsOf } from './validation-errors.ts'

/** Our sentences for Fastify's own errors, by status. */
const byStatus: Record<number, [ProblemCode, string]> = {
  400: ['invalid_request', 'The request is not as this address expects it.'],
  404: ['not_found', 'There is nothing at this address.'],
  405: ['method_not_allowed', 'This address does not take that method.'],
  413: ['invalid_request', 'The request is too large.'],
  414: ['invalid_request', 'The address is too long.'],
  415: ['invalid_request', 'This address does not take that kind of content.'],
  429: ['too_many_requests', 'Too many requests. Try again in a moment.'],
  503: ['unavailable', 'The request took too long. Try again in a moment.'],
}

/** More exact ones, by Fastify's code. */
const sentences: Record<string, string> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The request says that it has JSON, and has no body.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not JSON.',
}

declare module 'fastify' {
  interface FastifyInstance {
    apiNames: ApiNames
  }
}

function problems(
  app: FastifyInstance,
  { apiNames }: { apiNames: ApiNames },
  done: () => void,
): void {
  app.decorate('apiNames', apiNames)
  app.server.prependListener(
    'request',
    ({ socket }, answer) => void lastAnswers.set(socket, answer),
  )
  app.server.on('timeout', endIfIdle)
  app.setErrorHandler((thrown: FastifyError | null | undefined, request, reply) => {
    // A rejection without a reason has no members to read, and Fastify would answer with the sentence of that failure.
    const error = thrown ?? nothingThrown()
    const problem = toProblemError(error)
    log(request, problem, error)
    if (problem.status === 431) expireSignInCookies(request, reply)
    return sendProblem(reply, problem)
  })
  done()
}

function nothingThrown(): FastifyError {
  const error = new TypeError('A route has thrown null or undefined in place of an error')
  return Object.assign(error, { code: 'nothing_thrown' })
}

const signInCookie = /^(?:__Host-)?sign-in-[\w-]{1,64}$/

/** @param suffix tells the apps of a host apart: a cookie with another one is not of this app */
function isSignInCookie(name: string, suffix: string): boolean {
  return name.endsWith(suffix) && signInCookie.test(name.slice(0, name.length - suffix.length))
}

/** More names than an app ever set would only make a large answer of a large request. */
const maxExpired = 100

/**
 * Too many cookies are refused before any page could remove them, for as long as they live. Those of
 * attempts are ours, and hold nothing that is missed.
 */
function expireSignInCookies({ headers }: FastifyRequest, reply: FastifyReply): void {
  const lines = expiredCookies((headers.cookie ?? '').split(';'), reply.server.basePath)
  if (lines.length > 0) reply.header('set-cookie', lines)
}

/** @param pairs `name=value`, and anything else */
function expiredCookies(pairs: readonly string[], basePath: string): string[] {
  const suffix = cookieSuffix(basePath)
  const names = pairs.map((pair) => pair.split('=', 1)[0]?.trim() ?? '')
  const own = [...new Set(names)]
    .filter((name) => isSignInCookie(name, suffix))
    .slice(0, maxExpired)
  return own.map((name) => {
    const secure = name.startsWith('__Host-') ? '; Secure' : ''
    return `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure}`
  })
}

/** Answers with a problem, whatever a route's response schema says; a person gets a page. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  if (problem.retryAfterS !== undefined) reply.header('retry-after', String(problem.retryAfterS))
  if (isForPerson(reply.request.headers))
    return sendProblemPage(reply.code(problem.status), problem)
  return reply
    .code(problem.status)
    .type(problemMediaType)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(toProblem(problem, idsOf(reply.request), reply.server))
}

function idsOf({ id: requestId, raw }: FastifyRequest) {
  return { requestId, traceId: traceOf(raw).traceId }
}

function sendProblemPage(reply: FastifyReply, problem: ProblemError): FastifyReply {
  const { method } = reply.request
  // The same address again: a script is not needed, and no address is repeated in a header.
  const goesOn = problem.retryAfterS !== undefined && method === 'GET'
  if (goesOn) reply.header('refresh', String(problem.retryAfterS))
  return sendHtmlPage(reply, problemPageFor(problem, goesOn))
}

/** The error that the caller sees; an unexpected one is only `internal`. */
export function toProblemError(error: FastifyError): ProblemError {
  if (error instanceof ProblemError) return error
  if (error.validation) {
    const errors = fieldErrorsOf(error)
    return new ProblemError('invalid_request', validationDetail(error), { errors })
  }
  const { statusCode: status = 500, code } = error
  const known = byStatus[status]
  if (known)
    return new ProblemError(known[0], sentences[code] ?? known[1], { cause: error, status })
  return new ProblemError('internal', 'Something went wrong on our side.', { cause: error })
}

/** Names the parameter and the rule, but not the value that was sent. */
function validationDetail({ validation, validationContext }: FastifyError): string {
  const [first] = validation ?? []
  const where = validationContext ?? 'request'
  const name = first?.instancePath.slice(1)
  // Of a member that no schema names, TypeBox says "schema is false".
  const rule = first?.keyword === 'boolean' ? 'is not expected' : first?.message
  return name ? `${where}: ${name} ${rule ?? 'is not valid'}` : `${where}: ${rule ?? 'not valid'}`
}

function log(request: FastifyRequest, problem: ProblemError, error: Error): void {
  const { code, api, apiStatus, apiCodes, apiRequestId } = problem
  const fields = {
    code,
    ...(api && { api }),
    ...(apiStatus !== undefined && { apiStatus }),
    ...(apiCodes.length > 0 && { apiCodes }),
    ...(apiRequestId !== undefined && { apiRequestId }),
    ...microsoftIds(problem),
  }
  if (problem.status >= 500) {
    const event = { event: 'request_failed' }
    request.log.error({ ...event, ...fields, err: problem.cause ?? error }, 'The request failed')
  } else request.log.info({ event: 'request_refused', ...fields }, 'The request was refused')
}

/** Entra's ids of a request that failed: they stand in its error, which lines below 500 do not hold. */
function microsoftIds({ cause }: Error): { traceId?: string; correlationId?: string } {
  let error = cause
  for (let depth = 0; depth < 4 && error instanceof Error; depth += 1, error = error.cause) {
    const { traceId, correlationId } = error as Error & Record<string, unknown>
    const ids = {
      ...(typeof traceId === 'string' && { traceId }),
      ...(typeof correlationId === 'string' && { correlationId }),
    }
    if (Object.keys(ids).length > 0) return ids
  }
  return {}
}

export const errorHandler = fp(problems, { name: 'error-handler' })

/** To the last request of each connection that the parser understood. */
const lastAnswers = new WeakMap<Socket, ServerResponse>()

/**
 * Whether what the parser refuses has no answer yet. A proxy sends the requests of many people on one connection, and takes
 * a server that ends it without an answer for dead: one malformed request would take the app out of service for everyone.
 * A second answer to one request would be taken for that to the next.
 */
function awaitsAnswer(socket: Socket): boolean {
  const last = lastAnswers.get(socket)
  if (!last) return true
  // The rest of a body whose request was answered before it had come.
  if (last.writableFinished) return last.req.complete
  return last.socket === socket && !last.headersSent
}

/**
 * Ends a connection that was silent for `connectionTimeout`, unless its request is being worked on: a call to an API may
 * take two minutes, and a handler may make several.
 */
function endIfIdle(socket: Socket): void {
  const last = lastAnswers.get(socket)
  const isWorking = last?.req.complete === true && !last.headersSent
  if (isWorking) socket.setTimeout(socket.timeout ?? 0)
  else socket.destroy()
}

/** For requests that Node's HTTP parser refuses, by the code of its error. */
const byCode: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The request’s headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
}

/**
 * Fastify's `clientErrorHandler`: answers what never becomes a request, in the same form as other errors
 * and with the same headers.
 *
 * @param nextId makes the request id of the answer
 */
export function answerParserErrors(settings: HeaderSettings, nextId: () => string) {
  const headers = Object.entries({ ...fixedHeaders(settings), connection: 'close' })
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  const basePath = basePathOf(settings.publicUrl)

  return (error: Error & { code?: string; rawPacket?: unknown }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable || !awaitsAnswer(socket)) {
      socket.destroy()
      return
    }
    const [status, detail] = byCode[error.code ?? ''] ?? [400, 'This is not a request.']
    const problem = new ProblemError('invalid_request', detail, { status })
    const packet = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
    const { body, own } = answerTo(problem, { requestId: nextId(), basePath, packet })
    const expired = status === 431 ? expiredCookies(packet.split(/[;\s]/), basePath) : []
    endSoon(
      socket,
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        ...lines.filter((line) => !Object.keys(own).some((name) => line.startsWith(`${name}:`))),
        ...Object.entries(own).map(([name, value]) => `${name}: ${value}`),
        ...expired.map((line) => `set-cookie: ${line}`),
        `content-length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    )
  }
}

/** How long a client may take to read an answer and to close, milliseconds. */
const lingerMs = 1000

/**
 * Sends an answer and ends the connection, also if the client does not: each byte that it sends would hold it for another half
 * minute. Not at once, because a connection that is ended with bytes unread takes the answer with it (RFC 9112 §9.6).
 */
function endSoon(socket: Socket, answer: string): void {
  socket.end(answer)
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** What arrived of the request says whether a person waits, if it holds that header. */
const navigates = /^(?:sec-fetch-mode: *navigate|accept: *[^\r\n]*text\/html)/im

interface UnreadRequest {
  requestId: string
  basePath: string
  /** What arrived of it. */
  packet: string
}

function answerTo(problem: ProblemError, { requestId, basePath, packet }: UnreadRequest) {
  if (navigates.test(packet)) {
    const page = renderHtmlPage({ ...problemPageFor(problem, false), requestId }, basePath)
    return { body: page, own: htmlPageHeaders() }
  }
  const body = JSON.stringify(toProblem(problem, { requestId }))
  return { body, own: { 'content-type': problemMediaType } }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods of the routes that match a path; empty if there is none. */
    methodsAt(path: string): string[]
  }
}

interface NotFoundOptions {
  /** If this process serves the page, which has a "not found" page of its own. */
  sendPage: SendPage | undefined
}

/** 405 if the path exists for another method, else 404: a problem for programs, the page for people. */
function notFound(app: FastifyInstance, { sendPage }: NotFoundOptions, done: () => void): void {
  const routes: { pattern: RegExp; method: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) routes.push({ pattern: patternOf(url), method: one })
  })
  app.decorate('methodsAt', (path: string) => [
    ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
  ])
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const methods = app.methodsAt(path)
    if (methods.length === 0 && sendPage && isPageRequest(request, path)) {
      return sendPage(request, reply.code(404))
    }
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendProblem(reply, nothingThere())
    }
    const problem = new ProblemError(
      'method_not_allowed',
      'This address does not take that method.',
    )
    return sendProblem(reply.header('allow', methods.join(', ')), problem)
  })
  done()
}

/** A parameter matches one segment: `/api/users/:id/photo`. */
function patternOf(url: string): RegExp {
  const source = url.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replace(/:\w+/g, '[^/]+')
  return new RegExp(`^${source}$`)
}

/** Whether a browser asks for a page, and not for a file such as an old asset. */
function isPageRequest({ method, headers }: FastifyRequest, path: string): boolean {
  const wantsHtml = headers.accept?.includes('text/html') === true
  return method === 'GET' && wantsHtml && !/\.[^/]*$/.test(path) && isPagePath(path)
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

export const notFoundHandler = fp(notFound, { name: 'not-found', dependencies: ['error-handler'] })
