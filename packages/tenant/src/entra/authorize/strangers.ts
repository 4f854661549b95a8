/**
 * Users and APIs of other tenants on the port. Users sign in at a tenant only if they were invited, and tokens are for APIs that
 * are present in it.
 * https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts50020-user-account-identity-provider-does-not-exist
 */

import type { FastifyReply } from 'fastify'
import { entryNamed, prefixOf } from '../../registry/resources.ts'
import { firstIssuer, type TenantState } from '../../tenant-state.ts'
import type { Located } from '../../tenants/lookup.ts'
import { peopleOf } from '../../tenants/people.ts'
import { EntraError, type Problem } from '../errors.ts'
import { showSignIn, type AuthorizeContext } from './context.ts'

/** A user of another tenant on the port. @param text a user name or an object id */
export function strangerNamed(
  { tenant, people }: AuthorizeContext,
  text: string | undefined,
): Located | undefined {
  const isOfAll = people.tenants.length === tenant.tenants.length
  if (text === undefined || isOfAll) return undefined
  const all = peopleOf(tenant.tenants)
  return all.byId(text) ?? all.bySignInName(text)
}

/** The page for signing in as somebody else, with AADSTS50020. */
export function showNotHere(exchange: AuthorizeContext, stranger: Located): FastifyReply {
  const { tenant, target } = exchange
  const { message, problem } = notInTenant(tenant, target.client, stranger)
  return showSignIn(exchange, undefined, '', message, problem.status)
}

/**
 * The phrase "does not exist in tenant" is Entra's: scripts around the Azure CLI look for it.
 *
 * @param details as the place where it is thrown needs them
 */
export function notInTenant(
  tenant: TenantState,
  client: { clientId: string; name: string },
  stranger: Located,
  details: Partial<Problem> = {},
  code = 50020,
): EntraError {
  const { userPrincipalName } = stranger.user
  const provider = firstIssuer(stranger.tenant)
  return new EntraError(code, {
    message: `User account '${userPrincipalName}' from identity provider '${provider}' does not exist in tenant '${tenant.tenantName}' and cannot access the application '${client.clientId}'(${client.name}) in that tenant. It has to be invited there first.`,
    ...details,
  })
}

/**
 * A silent request in a browser whose accounts are all of other tenants.
 *
 * @throws EntraError 16000: "User account … does not exist in tenant"
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes)
 */
export function refuseOthers(exchange: AuthorizeContext): void {
  const { tenant, target, request } = exchange
  for (const userId of tenant.browsers.accounts(request).keys()) {
    const stranger = strangerNamed(exchange, userId)
    if (stranger) throw notInTenant(tenant, target.client, stranger, {}, 16000)
  }
}

/**
 * An API that another tenant has registered, and that is not present in the tenant of the user.
 *
 * @param error of reading the request
 * @returns AADSTS650052 in place of 500011, https://learn.microsoft.com/entra/identity-platform/reference-error-codes; other
 * errors as they are
 */
export function ofOtherTenant({ tenants, tenantName }: TenantState, scope = '', error: unknown) {
  if (!(error instanceof EntraError) || error.problem.code !== 500011) return error
  const name = scope
    .split(' ')
    .map(prefixOf)
    .find((one) => one !== '' && tenants.some(({ registry }) => entryNamed(registry, one)))
  if (name === undefined) return error
  return new EntraError(650052, {
    message: `The app needs access to a service ('${name}') that your organization '${tenantName}' has not subscribed to or enabled. An administrator has to consent to the service first.`,
  })
}
