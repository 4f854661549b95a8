/** Calls a tenant's Graph as an application does, and reads its challenges. */

import type { Tenant } from '../src/tenant.ts'

export function callGraph(tenant: Tenant, path: string, token: string, init: RequestInit = {}) {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  return fetch(tenant.graphUrl + path, { ...init, headers })
}

/** The claims of a challenge, or undefined without one. */
export function challengeOf(answer: Response): unknown {
  const header = answer.headers.get('www-authenticate') ?? ''
  const claims = /error="insufficient_claims", claims="([^"]+)"/.exec(header)?.[1]
  return claims && JSON.parse(Buffer.from(claims, 'base64').toString())
}

/** What an application sends as `claims` when it handles challenges. */
export const capable = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
