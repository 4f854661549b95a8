/**
 * Guests whose account at home is on the same port. They sign in with the account of their home, and are another object
 * in the tenant that has invited them.
 * https://learn.microsoft.com/entra/external-id/user-properties
 */

import type { TenantUser } from '../directory/directory.ts'
import type { TenantState } from '../tenant-state.ts'
import type { Located } from './lookup.ts'

/** The account of a guest at home, by the address that was invited; undefined if no tenant on the port has it. */
export function homeOfGuest(
  { tenants, tenantId }: TenantState,
  { userType, mail }: TenantUser,
): Located | undefined {
  if (userType !== 'Guest' || mail === null || tenants.length === 1) return undefined
  for (const tenant of tenants) {
    const user = tenant.tenantId === tenantId ? undefined : tenant.directory.byUserName(mail)
    if (user?.userType === 'Member') return { tenant, user }
  }
  return undefined
}

/** What a user of another tenant is here: a guest, if they were invited. */
export function guestAt(tenant: TenantState, { user }: Located): TenantUser | undefined {
  const guest = tenant.directory.bySignInName(user.userPrincipalName)
  return guest && homeOfGuest(tenant, guest)?.user.id === user.id ? guest : undefined
}
