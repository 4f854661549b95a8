/** Refresh tokens: sealed grants of Entra's length (1.5 kB). Using one does not end it, as in Entra. */

import { randomBytes } from 'node:crypto'
import type { Grant } from '../entra/grants.ts'
import { EntraError } from '../entra/errors.ts'
import type { World } from '../world.ts'

const purpose = 'refresh_token'
const prefix = '1.A'
const lifetime = 90 * 24 * 60 * 60_000
const usualLength = 1_500

interface Sealed extends Grant {
  /** Ms since the epoch. */
  expiresAt: number
  padding: string
}

export function refreshToken(world: World, grant: Grant, at: number): string {
  const sealed = { ...grant, expiresAt: at + lifetime }
  const missing = (usualLength * 3) / 4 - JSON.stringify(sealed).length - 60
  const padding = randomBytes(Math.max(0, Math.floor(missing / 2))).toString('hex')
  return prefix + world.seal.seal(purpose, { ...sealed, padding })
}

/** @throws EntraError 70000 not ours or another client's, 700082 expired, 50173 revoked, 50057 disabled */
export function openRefreshToken(world: World, token: string, clientId: string): Grant {
  const opened = token.startsWith(prefix)
    ? world.seal.open(purpose, token.slice(prefix.length))
    : undefined
  if (!isSealed(opened) || opened.clientId !== clientId) throw new EntraError(70000)
  const { expiresAt, padding: _, ...grant } = opened
  if (expiresAt <= world.now()) throw new EntraError(700082)
  return grant
}

/** Sealed by us for this purpose, so its form is ours too. */
function isSealed(opened: unknown): opened is Sealed {
  return typeof opened === 'object' && opened !== null && 'expiresAt' in opened
}
