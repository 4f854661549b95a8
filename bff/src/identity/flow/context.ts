import type { Entra } from '../entra/index.ts'
import type { CookieJar } from '../session/cookies.ts'
import type { Session, Sessions } from '../session/sessions.ts'
import type { SessionStore } from '../store/store.ts'
import type { FastifyRequest } from 'fastify'
import type { Transactions } from './transaction.ts'

/** What the verbs of the sign-in flow work with; made once, in the room's door. */
export interface FlowContext {
  publicUrl: string
  scopes: readonly string[]
  entra: Entra
  store: SessionStore
  sessions: Sessions
  transactions: Transactions
  jar: CookieJar
  /** The session that a request's cookie opens, if any. @throws StoreError */
  openSession(request: FastifyRequest): Promise<Session | undefined>
  now(): number
}

/** The base name of the session cookie. */
export const sessionCookie = 'session'
