/** What users grant: authorization codes and consents. */

import { randomBytes } from 'node:crypto'
import { createBoundedMap } from '../bounded-map.ts'

/** What a user has granted to a client. */
export interface Grant {
  clientId: string
  userId: string
  /** The tenant of the user, if it is a further one on the port; absent: the first. */
  tenantId?: string | undefined
  scopes: readonly string[]
  sid: string
  /** Ms since the epoch. */
  authenticatedAt: number
  /** The user's `revocations` at the time of the grant. */
  revocations: number
  /** Authentication contexts that the user has satisfied for it: `acrs`. */
  contexts: readonly string[]
  /** Of a single-page application: the end of its refresh tokens, which no refresh moves. Ms since the epoch. */
  spaExpiresAt?: number | undefined
  /** Claims of the ID token that the request asked for, beside those of the registration. */
  idTokenClaims?: readonly string[] | undefined
}

export interface CodeGrant extends Grant {
  redirectUri: string
  nonce: string | undefined
  challenge: { value: string; method: 'S256' | 'plain' } | undefined
  handlesChallenges: boolean
  /** Ms since the epoch. */
  expiresAt: number
  used: boolean
  /** The request named no redirect URI, so its redemption need not either (RFC 6749 section 4.1.3). */
  isRedirectImplied?: boolean
}

/** The grant, without the fields of the code. */
export function grantOf(code: CodeGrant): Grant {
  const { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts } = code
  const { spaExpiresAt, idTokenClaims, tenantId } = code
  const always = { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts }
  return { ...always, spaExpiresAt, idTokenClaims, tenantId }
}

/** A tenant on the port. */
interface One {
  tenantId: string
}

/** The `tenantId` of a grant. That of the first tenant has none, so that another's export can be imported here. */
export function ofTenant({
  tenants,
  tenantId,
}: One & { tenants: readonly One[] }): Pick<Grant, 'tenantId'> {
  return tenantId === tenants[0]?.tenantId ? {} : { tenantId }
}

/** The tenant of a grant's user; undefined if the port has it no more. */
export function tenantOfGrant<T extends One>(
  tenants: readonly T[],
  { tenantId }: Pick<Grant, 'tenantId'>,
): T | undefined {
  return tenantId === undefined ? tenants[0] : tenants.find((one) => one.tenantId === tenantId)
}

/** Authorization codes: they last ten minutes, are good for one use, and are bound to their request. */
export interface Codes {
  issue(grant: Omit<CodeGrant, 'expiresAt' | 'used'>, now: number): string
  find(code: string): CodeGrant | undefined
}

const lifetime = 10 * 60_000
const codeLimit = 20_000

export function createCodes(): Codes {
  const codes = createBoundedMap<CodeGrant>(codeLimit)
  return {
    issue(grant, now) {
      // Of about the length and form of Entra's.
      const code = `1.A${randomBytes(480).toString('base64url')}`
      codes.set(code, { ...grant, expiresAt: now + lifetime, used: false })
      return code
    },
    find: (code) => codes.get(code),
  }
}

/** The permissions of one application, granted by one user or, by an administrator, for all users. */
export interface Granted {
  clientId: string
  /** Undefined: for all users. */
  userId: string | undefined
  scopes: readonly string[]
}

export interface Consents {
  missing(userId: string, clientId: string, scopes: readonly string[]): string[]
  grant(userId: string, clientId: string, scopes: readonly string[]): void
  grantForAll(clientId: string, scopes: readonly string[]): void
  list(): Granted[]
  /** Replaces what this user has granted, or what is granted for all users; no scopes: withdraws it. */
  set(granted: Granted): void
  /** Withdraws what the user has granted; without a user, all consents. */
  withdraw(userId?: string): void
  /** Withdraws all consents for one application. */
  withdrawFrom(clientId: string): void
}

/** The key for all users, among the ids of users. */
const allUsers = ''

export function createConsents(): Consents {
  /** By user, then by application. */
  const byUser = new Map<string, Map<string, Set<string>>>()
  const of = (userId: string, clientId: string) => byUser.get(userId)?.get(clientId)
  const set = (userId: string, clientId: string, scopes: Iterable<string>) => {
    const own = byUser.get(userId) ?? new Map<string, Set<string>>()
    byUser.set(userId, own)
    const all = new Set(scopes)
    if (all.size > 0) own.set(clientId, all)
    else own.delete(clientId)
  }
  const add = (userId: string, clientId: string, scopes: readonly string[]) =>
    set(userId, clientId, [...(of(userId, clientId) ?? []), ...scopes])
  return {
    missing(userId, clientId, scopes) {
      const own = of(userId, clientId)
      const all = of(allUsers, clientId)
      return scopes.filter((scope) => !own?.has(scope) && !all?.has(scope))
    },
    grant: add,
    grantForAll: (clientId, scopes) => add(allUsers, clientId, scopes),
    list: () =>
      [...byUser].flatMap(([userId, own]) =>
        [...own].map(([clientId, scopes]) => ({
          clientId,
          userId: userId === allUsers ? undefined : userId,
          scopes: [...scopes],
        })),
      ),
    set: ({ userId = allUsers, clientId, scopes }) => set(userId, clientId, scopes),
    withdraw(userId) {
      if (userId === undefined) byUser.clear()
      else byUser.delete(userId)
    },
    withdrawFrom(clientId) {
      for (const own of byUser.values()) own.delete(clientId)
    },
  }
}
