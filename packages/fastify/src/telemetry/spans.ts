/**
 * Spans and durations of what the app does. Without an SDK, the work runs as if this file did not exist.
 * No attribute holds a path, a query, an id of a user, or anything that came in a body.
 */
import {
  type Attributes,
  context,
  type Context,
  createContextKey,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasMetrics, record } from './metrics.ts'
import { currentTrace, formatTraceparent, type RequestTrace, traceOf } from './trace.ts'

let isOn = false

/** Whether an SDK records. */
export function setRecording(recording: boolean): void {
  isOn = recording
}

function tracer() {
  return trace.getTracer('gatehouse')
}

/** What a call to Entra or an API carries; nothing outside of requests without an SDK. */
export function traceHeaders(): { traceparent?: string } {
  const span = isOn ? trace.getActiveSpan()?.spanContext() : undefined
  if (span) return { traceparent: formatTraceparent(span.traceId, span.spanId, span.traceFlags) }
  const own = currentTrace()
  return own === undefined ? {} : { traceparent: own.traceparent }
}

/** Runs work in a span of its own. @param name from a fixed list, never from a request */
export function inSpan<T>(
  name: string,
  work: () => Promise<T>,
  options: { kind?: SpanKind; attributes?: Attributes } = {},
): Promise<T> {
  return isOn ? recorded(name, work, options) : work()
}

async function recorded<T>(
  name: string,
  work: () => Promise<T>,
  { kind = SpanKind.INTERNAL, attributes = {} }: { kind?: SpanKind; attributes?: Attributes },
): Promise<T> {
  const span = tracer().startSpan(name, { kind, attributes })
  try {
    return await context.with(trace.setSpan(context.active(), span), work)
  } catch (error) {
    fail(span, errorType(error))
    throw error
  } finally {
    span.end()
  }
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type)
  // Without a message: those of errors quote what they read.
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** One word of a fixed form. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error ? error.code : undefined
  const known = typeof code === 'string' && /^\w{1,64}$/.test(code)
  return known ? code : error.name.replaceAll(/\W/g, '').slice(0, 64)
}

interface ClientCall {
  /** Its name in the configuration, or `entra`. */
  api: string
  method: string
  host: string
}

/** One attempt of an HTTP call to another server. */
export function inClientSpan<T extends { status: number }>(
  call: ClientCall,
  send: () => Promise<T>,
): Promise<T> {
  return isOn ? recordedCall(call, send) : send()
}

async function recordedCall<T extends { status: number }>(
  { api, method, host }: ClientCall,
  send: () => Promise<T>,
): Promise<T> {
  const attributes: Attributes = {
    'gatehouse.api': api,
    'http.request.method': method,
    'server.address': host,
  }
  const span = tracer().startSpan(method, { kind: SpanKind.CLIENT, attributes })
  const startedAt = performance.now()
  const outcome: Attributes = {}
  try {
    const answer = await context.with(trace.setSpan(context.active(), span), send)
    outcome['http.response.status_code'] = answer.status
    if (answer.status >= 400) outcome['error.type'] = String(answer.status)
    return answer
  } catch (error) {
    outcome['error.type'] = errorType(error)
    throw error
  } finally {
    span.setAttributes(outcome)
    if (outcome['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    record('http.client.request.duration', secondsSince(startedAt), { ...attributes, ...outcome })
  }
}

export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}

/** Begins the span of a request. @returns the context that the request runs in */
export function beginRequest(request: FastifyRequest, reply: FastifyReply): Context {
  const { method } = request
  const route = request.is404 ? undefined : request.routeOptions.url
  const attributes: Attributes = {
    'http.request.method': method,
    ...(route !== undefined && { 'http.route': route }),
  }
  const own = traceOf(request.raw)
  const name = route === undefined ? method : `${method} ${route}`
  const options = { kind: SpanKind.SERVER, attributes }
  const span = tracer().startSpan(name, options, parentContext(own, request.ips))
  const { traceId, spanId, traceFlags } = span.spanContext()
  // Without traces, only metrics are on, and the span has no ids.
  if (trace.isSpanContextValid(span.spanContext()))
    own.adopt({ traceId, spanId, flags: traceFlags })
  const startedAt = performance.now()
  reply.raw.once('close', () => endRequest(span, reply, { attributes, startedAt }))
  return trace.setSpan(ROOT_CONTEXT, span)
}

const fromTrustedProxy = createContextKey('the request came through a trusted proxy')

/** @returns whether the flag of the caller's `traceparent` may decide what is recorded: anyone can send one */
export function callerMayDecide(parent: Context): boolean {
  return parent.getValue(fromTrustedProxy) === true
}

/** @param addresses Fastify's, nearest first: more than one if the nearest is a trusted proxy */
function parentContext({ parent }: RequestTrace, addresses: string[] | undefined): Context {
  if (!parent) return ROOT_CONTEXT
  const { traceId, spanId, flags } = parent
  const isTrusted = (addresses?.length ?? 0) > 1
  return trace.setSpanContext(ROOT_CONTEXT.setValue(fromTrustedProxy, isTrusted), {
    traceId,
    spanId,
    traceFlags: flags,
    isRemote: true,
  })
}

function endRequest(
  span: Span,
  { raw, statusCode }: FastifyReply,
  { attributes, startedAt }: { attributes: Attributes; startedAt: number },
): void {
  const outcome: Attributes = { 'http.response.status_code': statusCode }
  if (!raw.writableFinished) outcome['error.type'] = 'client_gone'
  else if (statusCode >= 500) outcome['error.type'] = String(statusCode)
  span.setAttributes(outcome)
  if (outcome['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
  if (hasMetrics()) {
    record('http.server.request.duration', secondsSince(startedAt), { ...attributes, ...outcome })
  }
}
