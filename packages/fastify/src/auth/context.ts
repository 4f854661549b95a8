import type { Entra } from '../entra/index.ts'
import type { Lifetimes } from '../session/lifetime.ts'
import type { Ends } from '../session/user-sessions.ts'
import type { CookieJar } from '../session/cookie.ts'
import type { Session, Sessions } from '../session/sessions.ts'
import type { Marks } from '../store/store.ts'
import type { FastifyRequest } from 'fastify'
import type { Transactions } from './transaction.ts'

/** What the verbs of the sign-in flow work with; made once, in the room's door. */
export interface FlowContext {
  publicUrl: string
  authority: string
  /** Whether the built-in tenant stands in. */
  localTenant: boolean
  lifetimes: Lifetimes
  ends: Ends
  scopes: readonly string[]
  entra: Entra
  marks: Marks
  sessions: Sessions
  transactions: Transactions
  jar: CookieJar
  /** The session that a request's cookie opens, if any. @throws StoreError */
  openSession(request: FastifyRequest): Promise<Session | undefined>
  /** The same within the limit of a session. @throws ProblemError `too_many_requests`; StoreError */
  openWithinLimit(request: FastifyRequest): Promise<Session | undefined>
  /** The id of the session that a request's cookie stands for, whether it lives or not; asks no store. */
  idOf(request: FastifyRequest): string | undefined
  /** A user's name in the log: a keyed hash, the same for the same person, and nobody's name. */
  whoIs(user: { tid: string; oid: string }): string
  now(): number
}
