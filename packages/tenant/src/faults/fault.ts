/** What a tenant can do to an application on a bad day: one union, one file per family. */
import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { IdTokenFault } from './id-token.ts'
import type { TransportFault } from './transport.ts'

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
  /** For how many requests; without it, until cleared. */
  times?: number
  /** The bad day that it belongs to, if it was set as one. */
  badDay?: string
  /** Only for the requests that this says yes to: one user's, one page's. */
  when?: (request: FastifyRequest) => boolean
} & FaultEffect

export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

/** An error of Entra's own, in the place where it belongs: the redirect from authorize, JSON elsewhere. */
interface AadstsFault {
  kind: 'aadsts'
  /** The number behind `AADSTS`; it also settles `error` where that is not given. */
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
  /** Merged over the parameters; null takes one away. */
  patch: Record<string, string | null>
}

/** An error of Graph's own, in Graph's shape. */
export interface GraphErrorFault {
  kind: 'graphError'
  status: number
  /** Graph's error code, such as `TooManyRequests`. */
  code: string
  message?: string
  /** Seconds or an HTTP date, as it shall stand in the header. */
  retryAfter?: string
  /** The JSON of a claims challenge (continuous access evaluation); it goes out base64 in `WWW-Authenticate`. */
  claims?: string
}

/** Changes a good JSON answer of Graph: a foreign `@odata.nextLink`, a `value` that is no list, headers that must not pass. */
interface GraphResponseFault {
  kind: 'graphResponse'
  /** Merged over the JSON; undefined takes a member away. */
  patch?: Record<string, unknown>
  /** Members to take away, for those who set faults as JSON. */
  remove?: string[]
  headers?: Record<string, string>
}

export function patched(fault: GraphResponseFault, payload: object): object {
  const entries = Object.entries({ ...payload, ...fault.patch })
  return Object.fromEntries(entries.filter(([name]) => !fault.remove?.includes(name)))
}

/** The tenant's clock is off: moves every time in the tokens by this much. */
interface SkewFault {
  kind: 'skew'
  /** Positive: into the future. */
  ms: number
}

/** Changes the token endpoint's good answer. */
interface TokenResponseFault {
  kind: 'tokenResponse'
  /** Merged over the JSON; null or undefined takes a member away. */
  patch?: Record<string, unknown>
  /** Answers with the tokens of this user (object id) instead. */
  asUser?: string
}
