/** What the access tokens for Graph and for other APIs have in common. */

import { randomBytes } from 'node:crypto'
import type { Grant } from '../entra/grants.ts'
import type { TenantState } from '../tenant-state.ts'

/** How a client proved itself: 0 not at all, 1 by a secret, 2 by an assertion. */
export type ClientProof = '0' | '1' | '2'

/** `amr`: every authentication context stands for a second factor. */
export function methodsOf({ contexts }: Grant): string[] {
  return contexts.length > 0 ? ['pwd', 'mfa'] : ['pwd']
}

const purpose = 'aio'

interface State {
  /** How often the user's tokens were revoked. */
  count: number
  /** How often the user's sessions were revoked. */
  revocations: number
  /** When the user signed in, ms since the epoch. */
  authenticatedAt: number
}

/** `aio`, which only Entra can read. Here it holds the state of the user's account at the time of the token. */
export function stateOf(
  { directory, seal }: TenantState,
  { userId, revocations, authenticatedAt }: Grant,
): string {
  const { count } = directory.tokenRevocations(userId)
  const padding = randomBytes(24).toString('hex')
  return seal.seal(purpose, { count, revocations, authenticatedAt, padding })
}

/** The state in an `aio` of this tenant; zeros if it is another's. */
export function openState({ seal }: TenantState, aio: unknown): State {
  const opened = seal.open(purpose, String(aio))
  if (typeof opened !== 'object' || opened === null || !('count' in opened)) {
    return { count: 0, revocations: 0, authenticatedAt: 0 }
  }
  const { count, revocations = 0, authenticatedAt = 0 } = opened as Partial<State>
  return { count: Number(count), revocations, authenticatedAt }
}
