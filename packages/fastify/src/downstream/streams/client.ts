/**
 * One HTTP request to an API whose body or answer is passed on as it arrives: bounded in silence and number,
 * and not in size. It has connections of its own, so that files take none from calls.
 */
import type { Readable } from 'node:stream'
import { apiProblem, ProblemError } from '../../errors.ts'
import { createHttpClient, type HttpClient, type ProxySettings } from '../../outgoing/index.ts'
import { inClientSpan, traceHeaders } from '../../telemetry/spans.ts'
import { FairQueue } from '../fair-queue.ts'
import {
  type Answer,
  type Call,
  type CallSignal,
  connectMs,
  idleMs,
  transportProblem,
} from '../http.ts'

export interface Transfer extends Pick<Call, 'method' | 'path' | 'headers' | 'accept'> {
  body?: TransferBody | undefined
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

export interface OpenAnswer extends Answer {
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
/** For undici: no limit. */
const unlimited = -1

export type TransferClient = ReturnType<typeof createTransferClient>

export function createTransferClient(name: string, baseUrl: string, proxy: ProxySettings) {
  const { origin, host, hostname, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/+$/, '')
  const { maxConcurrent: connections } = transferLimits
  const limits = { connectMs, idleMs, maxBytes: unlimited, connections }
  const client = createHttpClient(proxy, limits, origin)
  const queue = new FairQueue(transferLimits)

  return {
    /**
     * @param user whose share of the places the transfer takes, until its stream is closed
     * @param signal its event `abort` ends it before the answer begins, with its `reason`
     * @throws ProblemError if there is no answer; QueueFullError
     */
    open: async (
      transfer: Transfer,
      user: string,
      token: string,
      signal: CallSignal,
    ): Promise<OpenAnswer> => {
      const slot = queue.acquire(user, signal)
      if (slot) await slot
      let stream: Readable | undefined
      try {
        if (signal.reason) throw signal.reason
        const place = { api: name, method: transfer.method, host: hostname }
        const answer = await inClientSpan(place, () =>
          send(client, { origin, prefix }, transfer, token, signal),
        )
        stream = answer.stream
        stream?.once('close', () => queue.release(user))
        return answer
      } catch (error) {
        throw error instanceof ProblemError ? error : transportProblem(name, host, error)
      } finally {
        if (!stream) queue.release(user)
      }
    },
    /** The problem for a stream that broke. */
    toProblem: (error: unknown): ProblemError =>
      error instanceof ProblemError
        ? error
        : error === undefined
          ? apiProblem(name, 'upstream_failed', 'ended its answer too early')
          : transportProblem(name, host, error),
    close: () => client.close(),
  }
}

async function send(
  client: HttpClient,
  { origin, prefix }: { origin: string; prefix: string },
  transfer: Transfer,
  token: string,
  signal: CallSignal,
): Promise<OpenAnswer> {
  const { method, path, headers, accept, body, silenceMs = idleMs } = transfer
  const { statusCode: status, ...answer } = await client.request({
    origin,
    method,
    path: prefix + path,
    signal,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    body: body?.stream ?? null,
    // An API that answered before it read everything may never read the next request of this connection.
    reset: body !== undefined,
    headers: {
      ...traceHeaders(),
      ...headers,
      accept,
      ...(body && { 'content-type': body.type }),
      ...(body?.length !== undefined && { 'content-length': String(body.length) }),
      ...(body?.range !== undefined && { 'content-range': body.range }),
      authorization: `Bearer ${token}`,
    },
  })
  if (status >= 200 && status < 300) {
    return { status, headers: answer.headers, bytes: new Uint8Array(), stream: answer.body }
  }
  // More than an error object has: then only the status counts.
  const bytes = (await beginningOf(answer.body, maxErrorBytes)) ?? new Uint8Array()
  return { status, headers: answer.headers, bytes, stream: undefined }
}

/** All of a body; undefined if it is longer. */
export async function beginningOf(
  body: Readable,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
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
