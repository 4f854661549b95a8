/** https in front of a server, as a proxy: it records the requests, and can answer in the server's place. */
import { readFileSync } from 'node:fs'
import {
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer } from 'node:https'
import type { SelfSigned } from './certificate.ts'

/** One request, with its answer from the moment that it has one. */
export interface Exchange {
  /** When it came, in ms since 1970. */
  at: number
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  /** Names and values in turns, spelled as the browser sent them. */
  rawHeaders: string[]
  body: string
  /** The port of the server whose turn it is. */
  upstream: number
  status?: number
  answerHeaders?: IncomingHttpHeaders
}

/** An answer in the server's place; `drop` ends the connection without one. */
export type Answer =
  | 'drop'
  | { status: number; headers?: Record<string, string | string[]>; body?: string }

/** @returns undefined to leave the request to the server */
type Responder = (exchange: Exchange) => Answer | undefined | Promise<Answer | undefined>

export interface HttpsFront {
  /** All requests so far, in the order in which they came. */
  exchanges: Exchange[]
  /** The requests of a path, with any query. */
  requests(path: string): Exchange[]
  /** Answers the requests of a path in the server's place. @returns a function that ends this */
  answer(path: string, responder: Responder): () => void
  end(): Promise<void>
}

/**
 * @param files the certificate
 * @param upstreams the ports of servers on 127.0.0.1 that speak http; each gets a request in turn
 * @param port to listen on
 */
export async function startHttpsFront(
  { certificateFile, keyFile }: SelfSigned,
  upstreams: readonly number[],
  port: number,
): Promise<HttpsFront> {
  const exchanges: Exchange[] = []
  const responders = new Map<string, Responder>()
  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(incoming)
    const { method = '', url: path = '', headers, rawHeaders } = incoming
    const received = { at: Date.now(), method, path, headers, rawHeaders }
    const upstream = upstreams[exchanges.length % upstreams.length] ?? 0
    const exchange: Exchange = { ...received, upstream, body: body.toString() }
    exchanges.push(exchange)
    const answer = await responders.get(pathOf(exchange))?.(exchange)
    if (answer === undefined) forward(exchange, body, response)
    else send(exchange, answer, response)
  }
  const tls = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) }
  const server = createServer(tls, (incoming, response) => {
    serve(incoming, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    exchanges,
    requests: (path) => exchanges.filter((exchange) => pathOf(exchange) === path),
    answer: (path, responder) => {
      responders.set(path, responder)
      return () => void responders.delete(path)
    },
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const pathOf = ({ path }: Exchange) => path.replace(/\?.*$/, '')

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(exchange: Exchange, answer: Answer, response: ServerResponse): void {
  if (answer === 'drop') {
    response.destroy()
    return
  }
  const { status, headers = {}, body = '' } = answer
  Object.assign(exchange, { status, answerHeaders: headers })
  response.writeHead(status, headers).end(body)
}

/** The Host stays as the browser sent it; X-Forwarded-For and X-Forwarded-Proto are as a proxy sets them. */
function forward(exchange: Exchange, body: Buffer, response: ServerResponse): void {
  const { method, path, upstream: port } = exchange
  const forwarded = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' }
  const headers = { ...exchange.headers, ...forwarded }
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    const { statusCode: status = 502, headers: answerHeaders, rawHeaders } = answer
    Object.assign(exchange, { status, answerHeaders })
    response.writeHead(status, rawHeaders)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  outgoing.on('error', () => response.destroy())
  // If the browser goes away, the request to the server ends too.
  response.on('close', () => outgoing.destroy())
  outgoing.end(body)
}
