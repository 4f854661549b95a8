/** Refresh tokens: sealed grants of Entra's length (1.5 kB). Like Entra's, they can be used again. */

import { randomBytes } from 'node:crypto'
import { EntraError } from '../entra/errors.ts'
import type { Grant } from '../entra/grants.ts'
import type { TenantState } from '../tenant-state.ts'

const purpose = 'refresh_token'
const prefix = '1.A'
/** Of single-page applications, in all, from the sign-in: https://learn.microsoft.com/entra/identity-platform/refresh-tokens */
export const spaLifetime = 24 * 60 * 60_000
/** Each lasts as long, so a client that comes back in time stays signed in. */
const lifetime = 90 * 24 * 60 * 60_000
const usualLength = 1_500

interface Sealed extends Grant {
  /** Ms since the epoch. */
  issuedAt: number
  /** Ms since the epoch. */
  expiresAt: number
  padding: string
}

export function refreshToken(tenant: TenantState, grant: Grant, at: number): string {
  const sealed = { ...grant, issuedAt: at, expiresAt: grant.spaExpiresAt ?? at + lifetime }
  const missing = (usualLength * 3) / 4 - JSON.stringify(sealed).length - 60
  const padding = randomBytes(Math.max(0, Math.floor(missing / 2))).toString('hex')
  return prefix + tenant.seal.seal(purpose, { ...sealed, padding })
}

/**
 * @throws EntraError 70000 if it is not the tenant's or another client's, 700082 if it has expired, 700084 if it is a
 * single-page application's and has expired
 */
export function openRefreshToken(tenant: TenantState, token: string, clientId: string): Grant {
  const opened = open(tenant, token)
  if (opened?.clientId !== clientId) throw new EntraError(70000)
  const { issuedAt, expiresAt, padding: _, ...grant } = opened
  if (expiresAt > tenant.now()) return grant
  const issued = new Date(issuedAt).toISOString()
  if (grant.spaExpiresAt !== undefined) {
    throw new EntraError(700084, {
      message: `The refresh token of a single-page application lasts 24 hours from the sign-in, and has expired. It was issued at ${issued}.`,
    })
  }
  throw new EntraError(700082, {
    message: `The refresh token has expired after 90 days without use. It was issued at ${issued}.`,
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
