/** Tokens for the unit tests of an API, without a sign-in. */

import { askControl, type TenantAddress } from './control.ts'

export interface TokenOptions {
  /** Default `access_token`. */
  type?: 'access_token' | 'id_token'
  /** A user name or id, or null for a token of no user; default: the first user. */
  user?: string | null
  /** The id or name of a client; default: the first one. */
  client?: string
  /** The token is the client's own, without a user: `idtyp` is `app`. */
  appOnly?: boolean
  /** The API that it is for, of this tenant or any other; default: Graph. */
  audience?: string
  /** The form of a token for an API; default: what its registration says, and 2 if the tenant has none. */
  version?: 1 | 2
  roles?: string[]
  /** Their names within the API of `audience`. */
  scopes?: string[]
  /** Put over the claims; null removes one. */
  claims?: Record<string, unknown>
  /** Put over the header; null removes a member. */
  header?: Record<string, unknown>
  /** Seconds; a negative number makes a token that has expired. */
  expiresIn?: number
  /** What is wrong with it, such as `bad-signature` or `iss-wrong`: one of `idTokenVariants`. */
  variant?: string
}

/**
 * Makes a token that is signed by the tenant's key, or wrong in one way.
 *
 * @param tenant a tenant, or the origin of one in another process
 * @returns the token, as it stands behind `Bearer`
 * @throws Error with the tenant's sentence, for users, clients, variants and options that do not exist or fit
 */
export async function forgeToken(
  tenant: TenantAddress,
  options: TokenOptions = {},
): Promise<string> {
  const answer = await askControl(tenant, '/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
  })
  return ((await answer.json()) as { token: string | null }).token ?? ''
}
