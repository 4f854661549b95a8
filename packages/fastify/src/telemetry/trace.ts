/**
 * The trace of a request, W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace it belongs
 * to, and what is sent on to Entra and APIs. It works without an OpenTelemetry SDK.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The caller's span, from a `traceparent` header. */
export interface RemoteParent {
  traceId: string
  spanId: string
  /** Bit 0: the caller records this trace. */
  flags: number
}

/** Version 00, whose form is final. A later version may append members, behind a dash (§3.2.4). */
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-[\x20-\x7e]{0,256})?$/
const zeros = /^0+$/

/** @returns undefined for a header that is missing, repeated or malformed: the trace then begins here */
export function parseTraceparent(header: string | undefined): RemoteParent | undefined {
  if (header === undefined || header.length > 320) return undefined
  const [, version, traceId = '', spanId = '', flags = ''] = form.exec(header) ?? []
  if (version === undefined || version === 'ff') return undefined
  if (version === '00' && header.length !== 55) return undefined
  if (zeros.test(traceId) || zeros.test(spanId)) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & 1 }
}

/**
 * One request's place in a trace. Its ids are made when they are first needed, because most requests need
 * none: this is a part of what `/api/me` costs.
 */
export class RequestTrace {
  readonly #header: string | undefined
  #own: RemoteParent | undefined
  /** The caller's span; undefined if the trace begins here. Parsed once. */
  #parent: RemoteParent | undefined

  constructor(header: string | undefined) {
    this.#header = header
  }

  get parent(): RemoteParent | undefined {
    this.#ids()
    return this.#parent
  }

  get traceId(): string {
    return this.#ids().traceId
  }

  /** The header for a call to another server: the trace, and this request as the caller. */
  get traceparent(): string {
    const { traceId, spanId, flags } = this.#ids()
    return formatTraceparent(traceId, spanId, flags)
  }

  /** Takes the ids of a span that the SDK has made for this request. */
  adopt(span: RemoteParent): void {
    this.#ids()
    this.#own = span
  }

  #ids(): RemoteParent {
    if (this.#own) return this.#own
    this.#parent = parseTraceparent(this.#header)
    const { traceId = randomHex(32), flags = 0 } = this.#parent ?? {}
    this.#own = { traceId, spanId: randomHex(16), flags }
    return this.#own
  }
}

export function formatTraceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & 1}`
}

/**
 * Random digits for many ids: asking the system for those of one costs more than all else that an id does. Text, unlike
 * the bytes of `nextNonce`: to make text for each id would cost 200 ns in place of 30.
 */
let digits = ''
let used = 0

function randomHex(length: number): string {
  for (;;) {
    if (used + length > digits.length) {
      digits = randomBytes(4096).toString('hex')
      used = 0
    }
    const id = digits.slice(used, used + length)
    used += length
    // Zeros alone mean "no id".
    if (!zeros.test(id)) return id
  }
}

const requestTrace: unique symbol = Symbol('trace')

interface TracedMessage extends IncomingMessage {
  [requestTrace]?: RequestTrace
}

/** The trace of a request, also of one that was refused before any hook ran. */
export function traceOf(raw: IncomingMessage): RequestTrace {
  const message: TracedMessage = raw
  // Node joins repeated ones with a comma, which is malformed, and then the trace begins here.
  return (message[requestTrace] ??= new RequestTrace(single(raw.headers?.['traceparent'])))
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

const current = new AsyncLocalStorage<RequestTrace>()

/** Runs the rest of a request so that everything in it knows its trace. */
export function runInTrace(trace: RequestTrace, work: () => void): void {
  current.run(trace, work)
}

/** The trace of the request that is being served; undefined outside of requests. */
export function currentTrace(): RequestTrace | undefined {
  return current.getStore()
}
