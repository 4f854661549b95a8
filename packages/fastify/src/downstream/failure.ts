/** What an API's failure means to the caller: one table, by the status of its answer. */
import type { ProblemCode } from '@gatehouse/contract/problem'
import { apiProblem } from '../errors.ts'
import { isObject, parseJson } from '../json.ts'
import { type Exchange, retryAfterOrDefault } from '../outgoing/index.ts'

interface Outcome {
  code: ProblemCode
  /** Continues "The API …". */
  what: string
  /** The status of our answer, if it is more exact than the code's own. */
  status?: number
}

const refused = { code: 'invalid_request', what: 'did not accept this request' } as const
const tooLarge = { code: 'invalid_request', what: 'does not take so much', status: 413 } as const
const conflict = { code: 'conflict', what: 'has a newer version of this' } as const
/** The method, a header or the form of the call is wrong. The route sets these, and no caller. */
const badCall = { code: 'internal', what: 'does not offer this call' } as const
const denied = { code: 'forbidden', what: 'does not let you do this' } as const
const late = { code: 'upstream_timeout', what: 'did not answer in time' } as const
const failed = { code: 'upstream_failed', what: 'failed' } as const

/**
 * Every status that Graph documents, and the others of HTTP that APIs send.
 * https://learn.microsoft.com/graph/errors
 */
const outcomes: Record<number, Outcome> = {
  400: refused,
  402: denied,
  403: denied,
  404: { code: 'not_found', what: 'has no such thing' },
  405: badCall,
  406: badCall,
  408: late,
  409: conflict,
  410: { code: 'not_found', what: 'no longer has this', status: 410 },
  411: badCall,
  412: conflict,
  413: tooLarge,
  414: tooLarge,
  415: badCall,
  416: refused,
  417: badCall,
  421: failed,
  422: { ...refused, status: 422 },
  423: { code: 'conflict', what: 'has locked this', status: 423 },
  424: failed,
  425: { code: 'unavailable', what: 'is busy' },
  428: badCall,
  429: { code: 'too_many_requests', what: 'is busy' },
  431: badCall,
  451: denied,
  501: badCall,
  503: { code: 'unavailable', what: 'is busy' },
  504: late,
  505: badCall,
  507: { code: 'storage_full', what: 'has no space left for this' },
  // Graph's own, for too much traffic.
  509: { code: 'too_many_requests', what: 'is busy' },
}

/** Statuses that are not in the table count as the first of their class (RFC 9110 §15). */
function outcomeOf(status: number): Outcome {
  return outcomes[status] ?? (status >= 400 && status < 500 ? refused : failed)
}

export function isSuccess({ status }: Exchange): boolean {
  return status >= 200 && status < 300
}

/** @throws ProblemError for every answer that is not 2xx */
export function throwIfFailed(name: string, answer: Exchange): void {
  if (isSuccess(answer)) return
  const { code, what, status } = outcomeOf(answer.status)
  const waits = code === 'too_many_requests' || code === 'unavailable'
  throw apiProblem(name, code, what, {
    ...failureFacts(name, answer),
    ...(status !== undefined && { status }),
    ...(waits && { retryAfterS: retryAfterOrDefault(answer.headers['retry-after'], Date.now()) }),
  })
}

/** What the log and the route learn of a failure. */
export function failureFacts(name: string, { status, headers, bytes }: Exchange) {
  const apiCodes = errorCodes(bytes)
  const codes = apiCodes.length > 0 ? ` (${apiCodes.join(', ')})` : ''
  const apiRequestId = requestIdIn(headers)
  const cause = Object.assign(new Error(`${name} answered with status ${status}${codes}`), {
    ...(apiRequestId !== undefined && { apiRequestId }),
  })
  return { cause, apiStatus: status, apiCodes, apiRequestId }
}

/** Graph's and SharePoint's, and the common name of others. https://learn.microsoft.com/graph/best-practices-concept */
const requestIdHeaders = ['request-id', 'x-ms-request-id', 'x-request-id']

/** The API's id of the call; undefined if it gave none in a known form. */
export function requestIdIn(headers: Exchange['headers']): string | undefined {
  for (const name of requestIdHeaders) {
    const id = headers[name]
    if (typeof id === 'string' && /^[\w-]{1,64}$/.test(id)) return id
  }
  return undefined
}

/** More than any error object. */
const maxErrorBytes = 64 * 1024
/** Graph nests two or three. */
const maxCodes = 4
/** One word. A sentence may name people, and is dropped. */
const word = /^[A-Za-z][A-Za-z0-9_-]{1,63}$/

/**
 * The codes in an error object, from the outside in: of Graph and OData (`error.code`, then
 * `innerError.code`), of OAuth (`error`), and of problem details (`code`).
 */
export function errorCodes(bytes: Buffer): string[] {
  if (bytes.length === 0 || bytes.length > maxErrorBytes) return []
  const codes: string[] = []
  let at = parseJson(bytes.toString('utf8'))
  for (let depth = 0; depth < maxCodes + 1 && isObject(at); depth += 1) {
    for (const code of [at['code'], at['error']]) {
      if (typeof code === 'string' && word.test(code) && !codes.includes(code)) codes.push(code)
    }
    const inner = [at['error'], at['innerError'], at['innererror']].find(isObject)
    at = inner
  }
  return codes.slice(0, maxCodes)
}
