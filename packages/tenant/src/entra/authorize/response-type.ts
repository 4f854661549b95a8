/** `response_type`: what the answer of an authorization request carries. */

import type { Client } from '../../registry/client.ts'
import { EntraError } from '../errors.ts'

export type ResponseType = 'code' | 'id_token' | 'token'

/**
 * The combinations of Entra's discovery document, and `token` alone, which the page on the implicit flow describes:
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-implicit-grant-flow
 */
const combinations: readonly (readonly ResponseType[])[] = [
  ['code'],
  ['id_token'],
  ['token'],
  ['code', 'id_token'],
  ['id_token', 'token'],
]

/** Whether the answer carries a token, which must not stand in a query. Of an unknown type: as it was meant. */
export function isImplicit(text = ''): boolean {
  return text.split(' ').some((type) => type === 'id_token' || type === 'token')
}

/**
 * In any order, as OAuth 2.0 Multiple Response Types says.
 *
 * @throws EntraError 70005 for a combination that there is not; 700054 and 700051 if the registration does not allow
 * ID tokens or access tokens (`web.implicitGrantSettings`)
 */
export function readResponseTypes(client: Client, text: string): ReadonlySet<ResponseType> {
  const asked = text.split(' ').filter(Boolean)
  const types = combinations.find(
    (known) => known.length === asked.length && known.every((type) => asked.includes(type)),
  )
  if (!types) {
    throw new EntraError(70005, { message: `The response type '${text}' is not supported.` })
  }
  const { idToken, accessToken } = client.implicitGrants
  if (types.includes('id_token') && !idToken) throw notEnabled(700054, 'id_token')
  if (types.includes('token') && !accessToken) throw notEnabled(700051, 'token')
  return new Set(types)
}

function notEnabled(code: number, type: ResponseType): EntraError {
  return new EntraError(code, {
    message: `response_type '${type}' is not enabled for the application.`,
  })
}
