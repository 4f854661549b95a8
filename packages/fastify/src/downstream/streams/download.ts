/**
 * Passes an API's answer on to the browser as it arrives: adds `reply.streamFromApi(name, path, options)`. The
 * browser saves it, and runs nothing of it.
 */
import type { Readable, Transform } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { apiProblem, ProblemError } from '../../errors.ts'
import {
  type Api,
  onTimeout,
  retryOnce,
  sendWithToken,
  throwUnlessSuccess,
  timeoutMs,
  tokenFor,
  userKeyOf,
} from '../call.ts'
import { assertCallHeaders, type CallHeader, type CallTerms, Deadline } from '../http.ts'
import { builtPath } from '../next-page.ts'
import { unexpectedResponse } from '../response.ts'
import { fileAddress, type OpenAnswer, type Transfer } from './client.ts'
import { createFlow } from './flow.ts'
import type { OpenStreams, StreamEnd } from './open-streams.ts'
import { outOfRange, rangeHeaderNames, rangeHeaders, requestedRange } from './range.ts'

interface StreamOptions extends CallTerms {
  query?: Record<string, string>
  headers?: Partial<Record<CallHeader, string>>
  /** Media types that the API may answer with, such as `application/pdf`; default: any. */
  types?: readonly string[]
  /** The name under which the browser saves it. */
  fileName?: string
  /** Lets the browser show it in its place. Only for images other than SVG, and plain text. */
  inline?: boolean
  /**
   * For an answer that arrives as things happen, such as server-sent events or the words of a language model: it
   * has no minimum rate, and may pause for a minute.
   */
  live?: boolean
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with what a downstream API answers a GET with, of any size. No header of the API is passed on but the
     * type, if a browser cannot run it, the length, and those of parts and versions: a browser that asks for one range
     * of bytes (`Range`, `If-Range`: RFC 9110 §14) gets that part with 206, if the API has parts. `timeoutSeconds` is
     * for the beginning of the answer.
     *
     * @param path as for `callApi`
     * @returns when the answer has ended. Return or await it
     * @throws ProblemError as `callApi` does, before anything was sent; `invalid_request` with the status 416 if the
     * file has no such part. Later the connection is cut, so that the
     * browser knows that the file is not whole
     */
    streamFromApi(name: string, path: string, options?: StreamOptions): Promise<void>
  }
}

/** Of a live answer. APIs send a sign of life at least every half minute. */
const liveSilenceMs = 60_000

export function decorateDownloads(
  app: FastifyInstance,
  find: (name: string) => Api,
  streams: OpenStreams,
): void {
  app.decorateReply('streamFromApi', async function (this: FastifyReply, name, path, options = {}) {
    const { request } = this
    const { query, headers = {}, live = false } = options
    assertCallHeaders(headers)
    const api = find(name)
    const transfer: Transfer = {
      method: 'GET',
      path: builtPath(path, query),
      headers,
      accept: options.types?.join(', ') ?? '*/*',
      answerMs: timeoutMs(api, options.timeoutSeconds),
      silenceMs: live ? liveSilenceMs : undefined,
      range: live ? undefined : requestedRange(request),
    }
    const answer = await openAsUser(request, api, transfer, options)
    if (isOutOfRange(transfer, answer)) {
      const { problem, headers: size } = outOfRange(name, answer)
      this.headers(size)
      throw problem
    }
    const { stream } = answer
    // Fastify would wait for an answer that nobody takes.
    if (!stream) throw unexpectedResponse(name, new Error('no content'), answer)
    stream.once('error', () => undefined)
    try {
      this.headers(downloadHeaders(name, answer, options, transfer))
    } catch (error) {
      stream.destroy()
      throw error
    }
    await this.code(answer.status === 206 ? 206 : 200).send(
      watched(this, api, stream, { streams, live }),
    )
  })
}

/** Sends a transfer without a body as the user, and follows the API to the server where it keeps the file. */
async function openAsUser(
  request: FastifyRequest,
  api: Api,
  transfer: Transfer,
  { scopes }: CallTerms,
): Promise<OpenAnswer> {
  const user = userKeyOf(request)
  const token = await tokenFor(request, api, scopes)
  const { answerMs: ms } = transfer
  const deadline = new Deadline(request.raw.socket, ms, onTimeout(api))
  const open = async (current: string) => {
    const own = await retryOnce(transfer, () => api.transfer(transfer, user, current, deadline))
    // Once, and not from one such server to the next.
    const address = redirects.has(own.status)
      ? fileAddress(own.headers['location'], api.fileOrigins)
      : undefined
    if (!address) return own
    const elsewhere = { ...transfer, headers: {}, address }
    return withoutChallenge(await api.transfer(elsewhere, user, '', deadline))
  }
  let answer
  try {
    answer = await sendWithToken(request, api, { token, scopes }, open)
  } finally {
    deadline.clear()
  }
  if (!answer.stream && !isOutOfRange(transfer, answer)) {
    await throwUnlessSuccess(request, api, answer, scopes)
  }
  return answer
}

function isOutOfRange({ range }: Transfer, { status }: OpenAnswer): boolean {
  return range !== undefined && status === 416
}

/** Graph answers the content of a drive's file with 302. https://learn.microsoft.com/graph/api/driveitem-get-content */
const redirects = new Set([301, 302, 303, 307, 308])

/** A link that is not good any more is no matter of the user's token, and that server got none. */
function withoutChallenge(answer: OpenAnswer): OpenAnswer {
  const isRefused = answer.status === 401 || answer.status === 403
  return isRefused ? { ...answer, status: 403, headers: {} } : answer
}

/** Types that no browser runs, whatever is in a file. SVG and the rest of XML can hold scripts. */
const passive =
  /^(?:text\/(?:plain|csv|calendar|vcard)|image\/(?!svg)[\w.-]+|audio\/[\w.-]+|video\/[\w.-]+|application\/(?:pdf|zip|gzip|json|rtf|msword|octet-stream|vnd\.[\w.-]+))$/
/** Not sound and video: a player fetches the file once more, which the policy below forbids, and stays empty. */
const shown = /^(?:text\/plain|image\/(?!svg)[\w.-]+)$/
const liveTypes = new Set([
  'text/event-stream',
  'text/plain',
  'application/x-ndjson',
  'application/json-seq',
])

function downloadHeaders(
  name: string,
  answer: OpenAnswer,
  options: StreamOptions,
  { range }: Transfer,
) {
  const { types, inline = false, live = false, fileName } = options
  const { headers } = answer
  // Not asked for, and the browser would unpack it without a limit.
  if (headers['content-encoding'] !== undefined) {
    throw unexpectedResponse(name, new Error('the answer is compressed'), answer)
  }
  const type = mediaType(headers['content-type'])
  if (types && !types.includes(type.name)) {
    throw unexpectedResponse(name, new Error('another type'), answer)
  }
  const ofParts = rangeHeaders(answer, range)
  if (!ofParts) throw unexpectedResponse(name, new Error('another part'), answer)
  if (live) {
    if (!liveTypes.has(type.name)) throw unexpectedResponse(name, new Error('no stream'), answer)
    // Proxies would collect what has to arrive at once.
    return { 'content-type': type.whole, 'x-accel-buffering': 'no' }
  }
  const isShown = inline && shown.test(type.name)
  // A 204 has no content (RFC 9110 §15.3.5): the browser would wait for what it announces.
  const length = answer.status === 204 ? undefined : headers['content-length']
  return {
    ...ofParts,
    'content-type': passive.test(type.name) ? type.whole : 'application/octet-stream',
    'content-disposition': disposition(isShown ? 'inline' : 'attachment', fileName),
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    ...(typeof length === 'string' && /^\d{1,15}$/.test(length) && { 'content-length': length }),
  }
}

/** The type in lower case, and the same with its charset; other parameters are dropped. */
function mediaType(header: string | string[] | undefined): { name: string; whole: string } {
  const text = typeof header === 'string' ? header : ''
  const [, name = ''] = /^\s*([\w.+-]+\/[\w.+-]+)\s*(?:;|$)/.exec(text) ?? []
  const [, charset] = /;\s*charset="?([\w-]{1,40})"?\s*(?:;|$)/i.exec(text) ?? []
  const lower = name.toLowerCase()
  return { name: lower, whole: charset ? `${lower}; charset=${charset}` : lower }
}

/** RFC 6266 §4: a plain name for every client, and the exact one in UTF-8 (RFC 8187). */
function disposition(kind: 'inline' | 'attachment', fileName: string | undefined): string {
  // Paths, line breaks, and characters that make a name look like another.
  const name = shortened(fileName?.replaceAll(/[\p{C}\p{Zl}\p{Zp}/\\]/gu, '_') ?? '')
  if (name === '') return kind
  const plain = name.replaceAll(/[^\x20-\x7e]|["%]/g, '_')
  const exact = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`
}

/** Systems take names of 255 bytes or characters. */
const maxName = 200

/** Without its ending, nothing would open the file. */
function shortened(name: string): string {
  if (name.length <= maxName) return name
  const [ending = ''] = /\.[^.]{1,20}$/.exec(name) ?? []
  // Not in the middle of a character.
  return name.slice(0, maxName - ending.length).replace(/[\uD800-\uDBFF]$/, '') + ending
}

/** The stream as it is sent: it ends with its session, with the process, and if it is too slow. */
function watched(
  reply: FastifyReply,
  api: Api,
  source: Readable,
  { streams, live }: { streams: OpenStreams; live: boolean },
): Transform {
  const { request } = reply
  const cut = (reason: string, error: ProblemError) => {
    const fields = { event: 'stream_cut', api: api.name, reason, err: error.cause ?? error }
    request.log.warn(fields, 'An answer was cut off')
    return error
  }
  const tooSlow = (side: string) =>
    side === 'source'
      ? cut('api_slow', apiProblem(api.name, 'upstream_timeout', 'sends too slowly'))
      : cut('client_slow', new ProblemError('invalid_request', 'The client reads too slowly.'))
  const flow = createFlow({ steady: !live, onSlow: tooSlow })
  const onEnd = (why: StreamEnd) =>
    flow.destroy(cut(why, new ProblemError('unavailable', 'The answer ended early.')))
  const forget = streams.watch(request, onEnd, { endless: live })
  const onBroken = (error?: unknown) => {
    if (!flow.destroyed) flow.destroy(cut('api_failed', api.streamProblem(error)))
  }
  source.once('error', onBroken)
  source.once('close', () => {
    if (!source.readableEnded) onBroken()
  })
  flow.once('error', () => withoutFileHeaders(reply))
  flow.once('close', () => {
    forget()
    source.destroy()
  })
  return source.pipe(flow)
}

const fileHeaderNames = ['content-disposition', 'content-length', 'x-accel-buffering']

/** If nothing was sent yet, a problem takes the place of the file, and has headers of its own. */
function withoutFileHeaders(reply: FastifyReply): void {
  if (reply.raw.headersSent) return
  for (const name of [...fileHeaderNames, ...rangeHeaderNames]) {
    reply.removeHeader(name)
    reply.raw.removeHeader(name)
  }
}
