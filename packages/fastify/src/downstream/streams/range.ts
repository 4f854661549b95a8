/** A part of a file (RFC 9110 §14): what a browser may ask an API for, and what the API may answer with. */
import type { FastifyRequest } from 'fastify'
import { apiProblem, type ProblemError } from '../../errors.ts'
import type { Exchange } from '../../outgoing/index.ts'
import { failureFacts } from '../failure.ts'

/** Of bytes, both included. Without a start, it is the last `end` bytes; without an end, the rest. */
export interface RequestedRange {
  start: number | undefined
  end: number | undefined
  /** An entity tag or a date: another version of the file is wanted whole. */
  ifRange: string | undefined
}

/**
 * The one range that a request asks for. Undefined means the whole file (RFC 9110 §14.2): for several ranges, whose
 * answer would have parts with headers of their own, for another unit, for anything malformed, for another method
 * than GET, and for an If-Range that no version can match.
 */
export function requestedRange({ method, headers }: FastifyRequest): RequestedRange | undefined {
  const [, first, last] =
    /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(headers.range ?? '') ?? []
  if (method !== 'GET' || first === undefined || last === undefined) return undefined
  const start = first === '' ? undefined : Number(first)
  const end = last === '' ? undefined : Number(last)
  if (start === undefined ? end === undefined : end !== undefined && end < start) return undefined
  const ifRange = headers['if-range']
  if (ifRange === undefined) return { start, end, ifRange }
  return typeof ifRange === 'string' && (strongTag.test(ifRange) || httpDate.test(ifRange))
    ? { start, end, ifRange }
    : undefined
}

/** RFC 9110 §8.8.3. A weak tag never matches in If-Range (§13.1.5). Longer than any that servers send. */
const strongTag = /^"[\x21\x23-\x7e]{0,512}"$/
const anyTag = /^(?:W\/)?"[\x21\x23-\x7e]{0,512}"$/
/** The one form that may be sent: RFC 9110 §5.6.7. */
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** What an API or its file server is asked with. Written anew: nothing of the browser is passed on as it came. */
export function rangeRequestHeaders(range: RequestedRange | undefined): Record<string, string> {
  if (!range) return {}
  const { start, end, ifRange } = range
  return {
    range: `bytes=${start ?? ''}-${end ?? ''}`,
    ...(ifRange !== undefined && { 'if-range': ifRange }),
  }
}

/** The headers that describe parts and versions. They are removed if a problem takes the place of the file. */
export const rangeHeaderNames = ['accept-ranges', 'content-range', 'etag', 'last-modified'] as const

/**
 * Headers with which a browser asks for a part later, and for status 206 its place. Of each only a well-formed one.
 *
 * @returns undefined for a part that is not the one that was asked for
 */
export function rangeHeaders(
  { status, headers }: Exchange,
  asked: RequestedRange | undefined,
): Record<string, string> | undefined {
  const forms = {
    'accept-ranges': /^(?:bytes|none)$/,
    etag: anyTag,
    'last-modified': httpDate,
  }
  const known = Object.entries(forms).flatMap(([name, form]) => {
    const value = headers[name]
    return typeof value === 'string' && form.test(value) ? [[name, value] as const] : []
  })
  const range = headers['content-range']
  if (status !== 206) return Object.fromEntries(known)
  if (typeof range !== 'string' || !isAsked(range, asked, headers['content-length']))
    return undefined
  return { ...Object.fromEntries(known), 'content-range': range }
}

/** Several parts in one answer (`multipart/byteranges`) have no Content-Range of their own. */
function isAsked(
  contentRange: string,
  asked: RequestedRange | undefined,
  length: string | string[] | undefined,
): boolean {
  const [, first, last, size] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(contentRange) ?? []
  if (!asked || first === undefined) return false
  const [start, end] = [Number(first), Number(last)]
  const total = size === '*' ? Infinity : Number(size)
  const bytes = end - start + 1
  if (bytes < 1 || end >= total || (length !== undefined && length !== String(bytes))) return false
  return asked.start === undefined
    ? bytes <= (asked.end ?? 0) && (total === Infinity || end === total - 1)
    : start === asked.start && end <= (asked.end ?? Infinity)
}

/** For status 416: the API has no such part. @returns the problem, and the size of the file in a header */
export function outOfRange(
  name: string,
  answer: Exchange,
): { problem: ProblemError; headers: Record<string, string> } {
  const size = answer.headers['content-range']
  const problem = apiProblem(name, 'invalid_request', 'has no such part of this file', {
    ...failureFacts(name, answer),
    status: 416,
  })
  const isSize = typeof size === 'string' && /^bytes \*\/\d{1,15}$/.test(size)
  return { problem, headers: isSize ? { 'content-range': size } : {} }
}
