/** A request of a client, and what it was answered. */

import type { Endpoint } from '../endpoint.ts'
import type { RequestProblem } from './request-problem.ts'

export interface JournalEntry {
  /** Counts the requests since the start. */
  id: number
  /** The time of arrival by the tenant's clock, ms since the epoch. */
  at: number
  /** The tenant that it was for; null: any of several could be meant (`common`), and no user has said which. */
  tenantId: string | null
  endpoint: Endpoint | 'other'
  method: string
  path: string
  query: Record<string, string | string[]>
  /** As received, with `authorization`. */
  headers: Record<string, string | string[] | undefined>
  /** The parsed form of a POST. */
  body?: unknown
  /** Undefined until the request is answered. */
  status?: number
  /** Why it was refused, in the words of the answer. */
  problem?: RequestProblem
  /** The scenario, or the kind of fault, that this answer comes from. */
  fault?: string
  /** False: the tenant has nothing at this address, which Entra or Graph may have. */
  isServed: boolean
}
