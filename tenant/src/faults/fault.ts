/** What a tenant can do to an application on a bad day: one union, one file per family. */

import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { AadstsFault } from './aadsts.ts'
import type { AuthorizeResponseFault } from './authorize-response.ts'
import type { GraphErrorFault } from './graph-error.ts'
import type { GraphResponseFault } from './graph-response.ts'
import type { IdTokenFault } from './id-token.ts'
import type { SkewFault } from './skew.ts'
import type { TokenResponseFault } from './token-response.ts'
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
