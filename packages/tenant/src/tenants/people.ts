/** The people who can sign in at an address: those of one tenant, or, at `common` and `organizations`, of all. */

import type { TenantUser } from '../directory/directory.ts'
import type { TenantState } from '../tenant-state.ts'
import { guestAt, homeOfGuest } from './guests.ts'
import { isOfSeveral, locateUser, tenantOfDomain, type Located } from './lookup.ts'

export interface People {
  tenants: readonly TenantState[]
  /** Those of them whose users are suggested. */
  suggested: readonly TenantState[]
  byId(id: string): Located | undefined
  /** By what users type: their user name, or for guests the address at home. */
  bySignInName(name: string): Located | undefined
  /** Whoever an account of a browser is here: itself, or the guest that this tenant has invited. */
  here(accountId: string): Located | undefined
  /** Some from each tenant without a text; else the first `limit` of each that fit. */
  find(text: string, limit: number): TenantUser[]
  isDisabled(id: string): boolean
  /** The organisation of a user; undefined if there is only one. */
  organizationOf(id: string): string | undefined
}

/**
 * @param segment the first segment of the address: a tenant, or `common` and its like
 * @param domainHint a domain; the users of other tenants are not suggested then, but can sign in
 */
export function peopleAt(tenant: TenantState, segment: string, domainHint?: string): People {
  if (!isOfSeveral(segment)) return peopleOf([tenant])
  const hinted = domainHint === undefined ? undefined : tenantOfDomain(tenant.tenants, domainHint)
  return peopleOf(tenant.tenants, hinted && [hinted])
}

export function peopleOf(
  tenants: readonly TenantState[],
  suggested: readonly TenantState[] = tenants,
): People {
  const isOne = tenants.length === 1
  // At an address of several, a guest signs in to the tenant of their own account.
  const isAccount = ({ tenant, user }: Located) => isOne || !homeOfGuest(tenant, user)
  const byId = (id: string) => {
    const found = locateUser(tenants, id)
    return found && isAccount(found) ? found : undefined
  }
  const first = (find: (tenant: TenantState) => TenantUser | undefined) => {
    for (const tenant of tenants) {
      const user = find(tenant)
      if (user && isAccount({ tenant, user })) return { tenant, user }
    }
    return undefined
  }
  return {
    tenants,
    suggested,
    byId,
    // The account with this name comes before a guest whom another tenant has invited by it.
    bySignInName: (name) =>
      first(({ directory }) => directory.byUserName(name)) ??
      first(({ directory }) => directory.bySignInName(name)),
    here: (accountId) => byId(accountId) ?? guestHere(tenants, accountId),
    find(text, limit) {
      const share = Math.max(2, Math.ceil(limit / suggested.length))
      const each = text === '' ? share : limit
      return suggested.flatMap((tenant) =>
        tenant.directory.find(text, each).filter((user) => isAccount({ tenant, user })),
      )
    },
    isDisabled: (id) => locateUser(tenants, id)?.tenant.directory.isDisabled(id) ?? false,
    organizationOf: (id) => (isOne ? undefined : locateUser(tenants, id)?.tenant.tenantName),
  }
}

function guestHere(tenants: readonly TenantState[], accountId: string): Located | undefined {
  const [tenant, ...others] = tenants
  if (!tenant || others.length > 0) return undefined
  const account = locateUser(tenant.tenants, accountId)
  const user = account && guestAt(tenant, account)
  return user && { tenant, user }
}

/** The id under which a browser keeps the session of a user: that of the account at home. */
export function sessionUserId({ tenant, user }: Located): string {
  return homeOfGuest(tenant, user)?.user.id ?? user.id
}
