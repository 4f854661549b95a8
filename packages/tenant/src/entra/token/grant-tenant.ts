/** The tenant that answers a token request: that of the address, or at `common` and `organizations` that of the grant. */

import type { FastifyRequest } from 'fastify'
import { decodeJwt } from 'jose'
import type { TenantState } from '../../tenant-state.ts'
import { guestAt } from '../../tenants/guests.ts'
import { isOfSeveral, locateUser, tenantNamed, tenantOfDomain } from '../../tenants/lookup.ts'
import { homeOf, visitedBy } from '../../tenants/visitors.ts'
import { peekRefreshToken } from '../../tokens/refresh-token.ts'
import { notInTenant } from '../authorize/strangers.ts'
import { clientIdOf } from '../client/index.ts'
import { EntraError } from '../errors.ts'
import { ofTenant, tenantOfGrant, type Grant } from '../grants.ts'
import type { Parameters } from '../parameters.ts'
import type { Exchange } from './exchange.ts'

/** With the application as if it were present, so that a user without a consent is told that (65001). */
export function tenantOfRequest(
  tenant: TenantState,
  segment: string,
  request: FastifyRequest,
  form: Parameters,
): TenantState {
  if (tenant.tenants.length === 1) return tenant
  const clientId = clientIdOf(request, form)
  if (!isOfSeveral(segment)) return visitedBy(tenant, clientId)
  const named = tenantOfForm(tenant, form) ?? homeOf(tenant, clientId)
  if (request.journalEntry) request.journalEntry.tenantId = named.tenantId
  return visitedBy(named, clientId)
}

function tenantOfForm(tenant: TenantState, form: Parameters): TenantState | undefined {
  const { tenants } = tenant
  const { code, refresh_token: token, device_code: deviceCode, username, assertion } = form
  const grant =
    (code === undefined ? undefined : tenant.codes.find(code)) ??
    (token === undefined ? undefined : peekRefreshToken(tenant, token)) ??
    approvedGrant(tenant, deviceCode)
  if (grant) return tenantOfGrant(tenants, grant)
  if (username !== undefined) return tenantOfDomain(tenants, username)
  return assertion === undefined ? undefined : tenantNamed(tenants, tidOf(assertion))
}

function approvedGrant({ deviceCodes }: TenantState, code: string | undefined): Grant | undefined {
  const outcome = code === undefined ? undefined : deviceCodes.byDeviceCode(code)?.outcome
  return outcome?.kind === 'approved' ? outcome.grant : undefined
}

/** What an assertion says of itself; its signature is verified by the tenant that it names. */
function tidOf(assertion: string): string {
  try {
    return String(decodeJwt(assertion)['tid'])
  } catch {
    return ''
  }
}

/**
 * "OAuth2 Authorization Code must be redeemed against same tenant it was acquired for (/common or /{tenant-ID} as
 * appropriate)": https://learn.microsoft.com/entra/identity-platform/reference-error-codes. A code of a user of this tenant
 * is redeemed here, too, if the authorization was at `common`; a device's code alike.
 *
 * @throws EntraError 700005
 */
export function requireOwnGrant({ tenant }: Exchange, grant: Grant): void {
  if (tenantOfGrant(tenant.tenants, grant)?.tenantId !== tenant.tenantId) {
    throw new EntraError(700005)
  }
}

/**
 * A refresh token is bound to the user and the client, and not to a tenant: at another tenant, it is good for the guest
 * that the user is there. https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 *
 * @throws EntraError 50020 if the user was not invited there, 70000 if the tenant of the token is not on the port any more
 */
export function grantAtTenant({ tenant, client }: Exchange, grant: Grant): Grant {
  const from = tenantOfGrant(tenant.tenants, grant)
  if (from?.tenantId === tenant.tenantId) return grant
  const account = from && locateUser([from], grant.userId)
  if (!account) throw new EntraError(70000)
  const guest = guestAt(tenant, account)
  if (!guest) throw notInTenant(tenant, client, account, { error: 'invalid_grant', status: 400 })
  // The sessions of the account at home are what the token stands for.
  if (from.directory.isDisabled(account.user.id)) throw new EntraError(50057)
  if (from.directory.revocations(account.user.id) > grant.revocations) throw new EntraError(50173)
  const { tenantId: _, ...rest } = grant
  const revocations = tenant.directory.revocations(guest.id)
  return { ...rest, ...ofTenant(tenant), userId: guest.id, revocations }
}
