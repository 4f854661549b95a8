/**
 * `password`: the resource owner's password. Every user of the tenant has the same one, unless the directory holds another.
 * https://learn.microsoft.com/entra/identity-platform/v-oauth-ropc
 */

import { randomUUID, timingSafeEqual } from 'node:crypto'
import { localPassword, type TenantUser } from '../../directory/directory.ts'
import type { Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { peopleOf } from '../../tenants/people.ts'
import { requireConsent, scopesToIssue } from '../consent/permissions.ts'
import { notInTenant } from '../authorize/strangers.ts'
import { EntraError } from '../errors.ts'
import { ofTenant } from '../grants.ts'
import { required, type Parameters } from '../parameters.ts'
import { ofOneApi, parseScopes } from '../scopes.ts'
import type { Exchange, Redeemed } from './exchange.ts'
import { requireContexts } from './user-grants.ts'

/** @throws EntraError 50034, 50053, 50126, 50057, 50076, 65001, as Microsoft's page and table of errors have them */
export function redeemPassword({ tenant, client, form, claims }: Exchange): Redeemed {
  const user = userOf(tenant, client, form)
  if (tenant.directory.isDisabled(user.id)) throw new EntraError(50057)
  // Nobody can be asked for more than the password.
  if (user.needsSecondFactor === true) throw new EntraError(50076)
  requireContexts({ contexts: [] }, claims)
  const { clientId } = client
  const userId = user.id
  const asked = ofOneApi(parseScopes(required(form, 'scope'), tenant.registry), 'only')
  const scopes = scopesToIssue(tenant, { clientId, userId, scopes: asked })
  requireConsent(tenant, { clientId, userId, scopes })
  const grant = {
    clientId,
    userId,
    ...ofTenant(tenant),
    scopes,
    sid: randomUUID(),
    authenticatedAt: tenant.now(),
    revocations: tenant.directory.revocations(userId),
    contexts: [],
  }
  return { grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

/**
 * A guest's password is at home, so here the account does not exist ("users invited to a tenant can't use ROPC").
 *
 * @throws EntraError 50034, 50053, 50126; 50020 for a user of another tenant on the port
 */
function userOf(tenant: TenantState, client: Client, form: Parameters): TenantUser {
  const { directory, lockouts, tenantName, tenants } = tenant
  const name = required(form, 'username')
  const password = required(form, 'password')
  const user = directory.byUserName(name)
  const elsewhere = user ? undefined : peopleOf(tenants).bySignInName(name)
  // As MSAL for .NET has it from Entra, for a user of another organisation.
  if (elsewhere) throw notInTenant(tenant, client, elsewhere, { error: 'invalid_grant' })
  if (!user || user.userType === 'Guest') {
    throw new EntraError(50034, {
      error: 'invalid_grant',
      message: `The user account does not exist in the ${tenantName} directory. To sign into this application, the account must be added to the directory.`,
    })
  }
  const expected = user.password ?? localPassword
  // Before the given password is looked at: else a locked account would tell which one is right.
  if (lockouts.lockedUntil(user.id, expected) !== undefined) throw new EntraError(50053)
  if (!isSame(password, expected)) {
    lockouts.fail(user.id, password, expected)
    throw new EntraError(50126)
  }
  lockouts.succeed(user.id)
  return user
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
