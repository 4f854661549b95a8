/** Refresh tokens: sealed grants of Entra's length (1.5 kB). Like Entra's, they can be used again. */

import { randomBytes } from 'node:crypto'
import { EntraError } from '../entra/errors.ts'
import type { Grant } from '../entra/grants.ts'
import type { TenantState } from '../tenant-state.ts'

const purpose = 'refresh_token'
const prefix = '1.A'
const day = 24 * 60 * 60_000
/** Each of its refresh tokens lasts as long, so a client that comes back in time stays signed in. */
const lifetime = 90 * day
/** In all, from the sign-in: https://learn.microsoft.com/entra/identity-platform/refresh-tokens */
const spaLifetime = day
const usualLength = 1_500

interface Sealed extends Grant {
  /** Ms since the epoch. */
  issuedAt: number
  /** Ms since the epoch. */
  expiresAt: number
  padding: string
}

export function refreshToken(tenant: TenantState, grant: Grant, at: number): string {
  const { spa, refreshableUntil = at + (spa === true ? spaLifetime : lifetime) } = grant
  const kept = spa === true ? { ...grant, refreshableUntil } : grant
  const sealed = { ...kept, issuedAt: at, expiresAt: refreshableUntil }
  const missing = (usualLength * 3) / 4 - JSON.stringify(sealed).length - 60
  const padding = randomBytes(Math.max(0, Math.floor(missing / 2))).toString('hex')
  return prefix + tenant.seal.seal(purpose, { ...sealed, padding })
}

/** @throws EntraError 70000 if it is not the tenant's or another client's, 700082 or, for `spa`, 700084 if it has expired */
export function openRefreshToken(tenant: TenantState, token: string, clientId: string): Grant {
  const opened = open(tenant, token)
  if (opened?.clientId !== clientId) throw new EntraError(70000)
  const { issuedAt, expiresAt, padding: _, ...grant } = opened
  if (expiresAt > tenant.now()) return grant
  const issued = new Date(issuedAt).toISOString()
  if (grant.spa === true) {
    throw new EntraError(700084, {
      message: `The refresh token was issued to a single page app, and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired, and the app has to send the user to the sign-in page. The token was issued on ${issued}.`,
    })
  }
  throw new EntraError(700082, {
    message: `The refresh token has expired due to inactivity. The token was issued on ${issued} and was inactive for 90.00:00:00.`,
  })
}

/** The grant of a token, expired or not; undefined if the tenant did not make it. */
export function peekRefreshToken(tenant: TenantState, token: string): Grant | undefined {
  return open(tenant, token)
}

function open(tenant: TenantState, token: string): Sealed | undefined {
  if (!token.startsWith(prefix)) return undefined
  const opened = tenant.seal.open(purpose, token.slice(prefix.length))
  return isSealed(opened) ? opened : undefined
}

/** The tenant sealed it for this purpose, so its form is known. */
function isSealed(opened: unknown): opened is Sealed {
  return typeof opened === 'object' && opened !== null && 'expiresAt' in opened
}
