/** A fault: what the tenant does to a request in place of its usual answer, or to that answer. */

import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { IdTokenFault } from './id-token.ts'

export type FaultEffect =
  | TransportFault
  | AadstsFault
  | GraphErrorFault
  | GraphResponseFault
  | AuthorizeResponseFault
  | IdTokenFault
  | TokenResponseFault
  | SkewFault

export type FaultKind = FaultEffect['kind']

export type Fault = {
  at: Endpoint
  /** The number of requests; without it, until cleared. */
  times?: number
  /** The scenario that set it. */
  scenario?: string
  /** Limits the fault to the requests for which it returns true, such as those of one user. */
  when?: (request: FastifyRequest) => boolean
} & FaultEffect

export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

/** An answer that the tenant sends in place of its own. */
export interface Answer {
  status: number
  headers?: Record<string, string | string[]>
  /** A string goes out as it is, anything else as JSON; absent: no body. */
  body?: unknown
  /** Default: JSON for an object, HTML for a string. */
  contentType?: string
}

/** Faults of the connection; they know nothing of OAuth or Graph. */
type TransportFault =
  | ({ kind: 'respond' } & Answer)
  | {
      kind: 'respondWith'
      /** The answer, or undefined to let the tenant answer as usual. */
      answer: (request: FastifyRequest) => Answer | undefined | Promise<Answer | undefined>
    }
  /** Waits, then answers as usual. */
  | { kind: 'delay'; ms: number }
  /** Never answers. */
  | { kind: 'hang' }
  /** Closes the socket without an answer. */
  | { kind: 'reset' }
  /** A 200 that sends `bytes` every `everyMs`, until `total` bytes are out. */
  | { kind: 'drip'; bytes: number; everyMs: number; total: number }
  /** A 200 with a JSON body of about this many bytes. */
  | { kind: 'huge'; bytes: number }

/** An error of Entra: in the redirect from authorize, as JSON elsewhere. */
interface AadstsFault {
  kind: 'aadsts'
  /** The number behind `AADSTS`; it also determines `error`, if that is not given. */
  code: number
  error?: string
  suberror?: string
  /** A claims challenge, as a JSON string: what a conditional access policy asks for. */
  claims?: string
  description?: string
}

/** Changes the parameters of the redirect back to the application: another `state`, a foreign `iss`, an `error` beside the code. */
interface AuthorizeResponseFault {
  kind: 'authorizeResponse'
  /** Merged over the parameters; null removes one. */
  patch: Record<string, string | null>
}

/** An error of Graph, in Graph's shape. */
export interface GraphErrorFault {
  kind: 'graphError'
  status: number
  /** Graph's error code, such as `TooManyRequests`. */
  code: string
  message?: string
  /** The value of the header: seconds or an HTTP date. */
  retryAfter?: string
  /** The JSON of a claims challenge (continuous access evaluation); it goes out base64 in `WWW-Authenticate`. */
  claims?: string
}

/** Changes a good JSON answer of Graph: a foreign `@odata.nextLink`, a `value` that is no list, headers that must not pass. */
interface GraphResponseFault {
  kind: 'graphResponse'
  /** Merged over the JSON; undefined removes a member. */
  patch?: Record<string, unknown>
  /** Members to remove; for faults that are set as JSON, which has no undefined. */
  remove?: string[]
  headers?: Record<string, string>
}

/** @returns the answer with the fault's changes */
export function patched(fault: GraphResponseFault, payload: object): object {
  const entries = Object.entries({ ...payload, ...fault.patch })
  return Object.fromEntries(entries.filter(([name]) => !fault.remove?.includes(name)))
}

/** Moves every time in the tokens, as a wrong clock does. */
interface SkewFault {
  kind: 'skew'
  /** Positive: into the future. */
  ms: number
}

/** Changes the token endpoint's good answer. */
interface TokenResponseFault {
  kind: 'tokenResponse'
  /** Merged over the JSON; null or undefined removes a member. */
  patch?: Record<string, unknown>
  /** Answers with the tokens of this user (object id) instead. */
  asUser?: string
}
