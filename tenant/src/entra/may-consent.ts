import type { TenantUser } from '../directory/user.ts'
import type { World } from '../world.ts'
import { adminScopes } from './scopes.ts'

/** Whether the user can grant these permissions for themselves. */
export function mayConsent(
  { policies }: World,
  user: TenantUser,
  scopes: readonly string[],
): boolean {
  if (user.isAdmin) return true
  return !policies.adminConsentOnly && !scopes.some((scope) => adminScopes.has(scope))
}
