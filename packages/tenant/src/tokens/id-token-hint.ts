/** `id_token_hint`: an ID token of this tenant, of any age, that names its user (OpenID Connect Core section 3.1.2.1). */

import { verify } from 'node:crypto'
import type { TenantUser } from '../directory/directory.ts'
import { firstIssuer, issuerOf, type TenantState } from '../tenant-state.ts'

export interface HintedSession {
  user: TenantUser
  /** The application that the token was for. */
  clientId: string
}

/** @returns undefined for anything but an ID token that this tenant has signed, for a user that it still has */
export function readIdTokenHint(tenant: TenantState, token: string): HintedSession | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  const { kid, alg } = objectIn(header)
  const key = typeof kid === 'string' ? tenant.keys.find(kid) : undefined
  if (!key || alg !== 'RS256' || more.length > 0) return undefined
  const input = Buffer.from(`${header}.${payload}`)
  const isOurs = verify('sha256', input, key.publicKey, Buffer.from(signature, 'base64url'))
  const { iss, oid, aud, appid, azp } = objectIn(payload)
  const isFromHere = iss === issuerOf(tenant) || iss === firstIssuer(tenant)
  // An access token names the application that it was given to beside the API that it is for.
  const isIdToken = appid === undefined && azp === undefined && typeof aud === 'string'
  if (!isOurs || !isFromHere || !isIdToken || !tenant.registry.client(aud)) return undefined
  const user = tenant.directory.byId(String(oid))
  return user && { user, clientId: aud }
}

function objectIn(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
