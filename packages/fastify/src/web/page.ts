/**
 * Sends the page, and with it what it would ask the API for first, so that it need not wait for another way there and
 * back: the session always, the data of the opened page if it is there in time.
 */
import { Readable } from 'node:stream'
import { api } from '@gatehouse/contract/paths'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isNavigation } from '../navigation.ts'
import { acceptsGzip, fixedText, gzipPage, plainPage, type PageWriter } from './gzip.ts'
import { asDataBlock, pageTemplate, type PageTemplate, type WebBuild } from './index-html.ts'
import { callOwnApi, type OwnAnswer } from './own-call.ts'

/**
 * The addresses of the API that a page asks first, by the path of the page.
 *
 * @param query of the page
 */
export type FirstAnswers = Readonly<Record<string, (query: URLSearchParams) => readonly string[]>>

export type SendPage = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

type Answers = Readonly<Record<string, OwnAnswer>>

interface PageOptions {
  webBuild: WebBuild
  firstAnswers: FirstAnswers
  /** How long a page waits for them. Its head is on the way meanwhile, and what that names is fetched. */
  firstAnswersMs: number
  /** Milliseconds since the epoch. */
  now: () => number
}

/** After data that came too late, pages of that path ask for their own for so long, in ms. */
const pauseMs = 10_000

/**
 * How long a page waits for its session, in ms: its head has to say whose it is. Sessions in memory take a fraction of
 * one, and a store that hangs takes seconds.
 */
const sessionMs = 500

/** @returns a function that answers a request with the page, whatever its path: the page has its own router */
export function createPage(
  app: FastifyInstance,
  { webBuild: { html, headers }, firstAnswers, firstAnswersMs, now }: PageOptions,
): SendPage {
  const template = pageTemplate(html)
  const whole = fixedText(html)
  /** By the path of a page, when its data came too late. */
  const lateAt = new Map<string, number>()

  /** A clock that was set back does not make the pause longer. */
  const isPaused = (path: string) => Math.abs(now() - (lateAt.get(path) ?? -Infinity)) < pauseMs

  async function answersFor(request: FastifyRequest): Promise<Answers> {
    // Only the first question mark ends the path: a search may have one.
    const [path = '', query] = request.url.split(/\?(.*)/s, 2)
    const addresses = firstAnswers[path]?.(new URLSearchParams(query)) ?? []
    if (addresses.length === 0 || isPaused(path)) return {}
    const patience = AbortSignal.timeout(firstAnswersMs)
    const answers = await Promise.all(
      addresses.map(async (address) => {
        const answer = await inTime(callOwnApi(app, request, address, patience), patience)
        // Cookies cannot be set any more. The page will ask itself, and get them.
        return answer && answer.setCookie.length === 0 ? [[address, answer] as const] : []
      }),
    )
    if (patience.aborted) lateAt.set(path, now())
    return Object.fromEntries(answers.flat())
  }

  /** Undefined if the store takes too long: the page comes, and asks by itself. */
  const sessionFor = (request: FastifyRequest) =>
    inTime(callOwnApi(app, request, api.session), AbortSignal.timeout(sessionMs))

  return async (request, reply) => {
    // A page that is fetched in advance is seen later, perhaps by somebody else, and HEAD asks for headers alone.
    const isOpenedNow = request.method === 'GET' && isNavigation(request.headers)
    const writer = acceptsGzip(request.headers['accept-encoding']) ? gzipPage() : plainPage
    reply.headers(headers).header('vary', 'Cookie, Accept-Encoding')
    reply.type('text/html; charset=utf-8')
    const session = template && isOpenedNow ? await sessionFor(request) : undefined
    if (writer !== plainPage) reply.header('content-encoding', 'gzip')
    // An address that does not exist is kept by no cache.
    if (reply.statusCode === 200) {
      reply.header('cache-control', session?.status === 200 ? 'private, no-cache' : 'no-cache')
    }
    if (!template || !session || !isForThePage(session)) {
      // A length here would have to be that of GET, which the answers are a part of (RFC 9110 §8.6).
      if (request.method === 'HEAD') return reply.send(Readable.from([]))
      return reply.send(Buffer.concat([writer.fixed(whole), writer.end()]))
    }
    if (session.setCookie.length > 0) reply.header('set-cookie', session.setCookie)
    // nginx would keep the head back until the data is there.
    reply.header('x-accel-buffering', 'no')
    const answers = isSignedIn(session) ? answersFor(request).catch(withoutAnswers(request)) : {}
    return reply.send(Readable.from(parts(writer, template, session, answers)))
  }
}

/** The page has begun, and has to end: it will ask for everything. */
function withoutAnswers({ log }: FastifyRequest) {
  return (err: unknown): Answers => {
    log.error({ event: 'request_failed', err }, 'The first answers of a page failed')
    return {}
  }
}

/** The browser reads the first part, and fetches what it names, while the answers are on their way. */
async function* parts(
  writer: PageWriter,
  { beforeSession, beforeAnswers, end }: PageTemplate,
  session: OwnAnswer,
  answers: Answers | Promise<Answers>,
): AsyncGenerator<Buffer> {
  yield Buffer.concat([
    writer.fixed(beforeSession),
    writer.personal(asDataBlock({ [api.session]: session })),
    writer.fixed(beforeAnswers),
  ])
  yield Buffer.concat([
    writer.personal(asDataBlock(await answers)),
    writer.fixed(end),
    writer.end(),
  ])
}

/** @returns undefined if the time is over first */
async function inTime<T>(work: Promise<T>, patience: AbortSignal): Promise<T | undefined> {
  const over = new Promise<undefined>((resolve) => {
    patience.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  return Promise.race([work, over])
}

/**
 * A session that is bound to a device, which this navigation has not proven, is not told: the page asks itself, and its
 * browser proves the device first.
 */
function isForThePage({ status, body }: OwnAnswer): boolean {
  return status === 200 && (JSON.parse(body) as Session).deviceProof === undefined
}

interface Session {
  signedIn: boolean
  deviceProof?: string
}

function isSignedIn({ body }: OwnAnswer): boolean {
  return (JSON.parse(body) as Session).signedIn
}
