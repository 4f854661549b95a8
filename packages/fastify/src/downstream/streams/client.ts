/**
 * One HTTP request to an API whose body or answer is passed on as it arrives: bounded in silence and number,
 * and not in size. It has connections of its own, so that files take none from calls.
 */
import type { Readable } from 'node:stream'
import { apiProblem, ProblemError } from '../../errors.ts'
import {
  createHttpClient,
  type EndSignal,
  type Exchange,
  type HttpClient,
  type ProxySettings,
} from '../../outgoing/index.ts'
import { inClientSpan, traceHeaders } from '../../telemetry/spans.ts'
import { FairQueue } from '../fair-queue.ts'
import { type Call, connectMs, idleMs, transportProblem } from '../http.ts'
import { rangeRequestHeaders, type RequestedRange } from './range.ts'

export interface Transfer extends Pick<Call, 'method' | 'path' | 'headers' | 'accept'> {
  body?: TransferBody | undefined
  /**
   * In place of the API's own address and `path`: where it keeps files, on a server of `fileOrigins`. Its link is
   * all that this server asks for, so it gets no token.
   */
  address?: URL | undefined
  /** The part of a file that is asked for, of the API and of the server where it keeps files. */
  range?: RequestedRange | undefined
  /** How long an answer may take to begin, ms. */
  answerMs: number
  /** How long the API may be silent, ms; eight seconds by default. */
  silenceMs?: number | undefined
}

interface TransferBody {
  stream: Readable
  type: string
  /** Bytes; undefined if the client did not say. */
  length: number | undefined
  /** Content-Range, for a part of a file. */
  range?: string | undefined
}

export interface OpenAnswer extends Exchange {
  /** The content of a success, which has to be read or destroyed. Others have `bytes`. */
  stream: Readable | undefined
}

/** Transfers last long. The rest waits in turn, for as long as an answer may take to begin. */
export const transferLimits = {
  maxConcurrent: 128,
  maxConcurrentPerUser: 16,
  maxQueued: 256,
  maxQueuedPerUser: 32,
}
/** Of an answer that is no success. */
const maxErrorBytes = 64 * 1024
/** Links to files hold a token. */
const maxLinkLength = 8192

/** @returns undefined for a link that leads to none of these servers */
export function fileAddress(link: unknown, fileOrigins: readonly string[]): URL | undefined {
  if (typeof link !== 'string' || link.length > maxLinkLength) return undefined
  const url = URL.parse(link)
  const isListed = url !== null && fileOrigins.includes(url.origin)
  return isListed && !url.username && !url.password ? url : undefined
}

/** For undici: no limit. */
const unlimited = -1

/** @param queueFull the error for more transfers than may wait */
export function createTransferClient(
  { name, baseUrl, proxy }: { name: string; baseUrl: string; proxy: ProxySettings },
  queueFull: (cause: Error) => ProblemError,
) {
  const { origin, host, hostname, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/+$/, '')
  const { maxConcurrent: connections } = transferLimits
  const limits = { connectMs, idleMs, maxBytes: unlimited, connections }
  const client = createHttpClient(proxy, limits, origin)
  const fileClient = createHttpClient(proxy, limits)
  const queue = new FairQueue(transferLimits, queueFull)

  return {
    /**
     * @param user whose share of the places the transfer takes, until its stream is closed
     * @param signal its event `abort` ends it before the answer begins, with its `reason`
     * @throws ProblemError if there is no answer, or too many transfers are queued
     */
    open: async (
      transfer: Transfer,
      user: string,
      token: string,
      signal: EndSignal,
    ): Promise<OpenAnswer> => {
      const slot = queue.acquire(user, signal)
      if (slot) await slot
      let stream: Readable | undefined
      try {
        if (signal.reason) throw signal.reason
        const { address, method } = transfer
        const place = { api: name, method, host: address?.hostname ?? hostname }
        const answer = await inClientSpan(place, () =>
          address
            ? send(fileClient, targetOf(address), transfer, {}, signal)
            : send(
                client,
                { origin, path: prefix + transfer.path },
                transfer,
                owned(token),
                signal,
              ),
        )
        stream = answer.stream
        stream?.once('close', () => queue.release(user))
        return answer
      } catch (error) {
        const at = transfer.address?.host ?? host
        throw error instanceof ProblemError ? error : transportProblem(name, at, error)
      } finally {
        if (!stream) queue.release(user)
      }
    },
    /** The problem for a stream that broke. */
    toProblem: (error: unknown): ProblemError => brokenStream(name, host, error),
    close: async () => {
      await Promise.all([client.close(), fileClient.close()])
    },
  }
}

function brokenStream(name: string, host: string, error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  return error === undefined
    ? apiProblem(name, 'upstream_failed', 'ended its answer too early')
    : transportProblem(name, host, error)
}

/** A link is sent as it is: its query is signed. */
function targetOf({ origin, pathname, search }: URL): { origin: string; path: string } {
  return { origin, path: pathname + search }
}

/** What only the API itself gets. */
function owned(token: string): Record<string, string> {
  return { ...traceHeaders(), authorization: `Bearer ${token}` }
}

async function send(
  client: HttpClient,
  target: { origin: string; path: string },
  transfer: Transfer,
  authorization: Record<string, string>,
  signal: EndSignal,
): Promise<OpenAnswer> {
  const { method, headers, accept, body, range, answerMs, silenceMs = idleMs } = transfer
  const { statusCode: status, ...answer } = await client.request({
    ...target,
    method,
    signal,
    headersTimeout: Math.max(answerMs, silenceMs),
    bodyTimeout: silenceMs,
    body: body?.stream ?? null,
    // An API that answered before it read everything may never read the next request of this connection.
    reset: body !== undefined,
    headers: {
      ...headers,
      accept,
      ...rangeRequestHeaders(range),
      ...(body && { 'content-type': body.type }),
      ...(body?.length !== undefined && { 'content-length': String(body.length) }),
      ...(body?.range !== undefined && { 'content-range': body.range }),
      ...authorization,
    },
  })
  if (status >= 200 && status < 300) {
    return { status, headers: answer.headers, bytes: Buffer.alloc(0), stream: answer.body }
  }
  // More than an error object has: then only the status counts.
  const bytes = (await beginningOf(answer.body, maxErrorBytes)) ?? Buffer.alloc(0)
  return { status, headers: answer.headers, bytes, stream: undefined }
}

/** All of a body; undefined if it is longer. */
export async function beginningOf(body: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop destroys the stream.
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
