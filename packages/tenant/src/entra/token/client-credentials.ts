/**
 * `client_credentials`: a token for the application itself, with the app roles that an administrator has granted to it.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */

import { isAssignedApplication } from '../../registry/app-role-assignments.ts'
import type { Entry } from '../../registry/registry.ts'
import { entryNamed, prefixOf, valueOf } from '../../registry/resources.ts'
import type { TenantState } from '../../tenant-state.ts'
import { applicationToken } from '../../tokens/app-token.ts'
import { withPatch } from '../../tokens/token-response.ts'
import { EntraError } from '../errors.ts'
import { required } from '../parameters.ts'
import { noResource } from '../scopes.ts'
import type { Exchange } from './exchange.ts'

/** Seconds. An app-only token lasts an hour, and `expires_in` is a second less, as in the samples of Microsoft's page. */
const lifetime = 3_599

/**
 * Neither a refresh token nor an ID token belongs to it.
 *
 * @throws EntraError 1002012 for anything but one `{resource}/.default`, 500011 for an API that is not present here, 501051
 * for one that requires an assignment
 */
export function issueToApplication(exchange: Exchange): object {
  const { tenant, client, proof, form, request } = exchange
  const { resource, name } = readResource(tenant, required(form, 'scope'))
  const principal = tenant.registry.entry(client.clientId)?.servicePrincipal
  if (!principal) throw new EntraError(700016)
  requireAssignment(resource, client, principal.id)
  const change = tenant.faults.consume('token', ['tokenResponse'], request)
  const skew = tenant.faults.consume('token', ['skew'], request)
  const at = tenant.now() + (skew?.ms ?? 0)
  const issue = { client, principal, resource, name, proof, at, lifetime }
  const body = {
    token_type: 'Bearer',
    expires_in: lifetime,
    ext_expires_in: lifetime,
    access_token: applicationToken(tenant, issue),
  }
  return withPatch(body, change?.patch)
}

/**
 * An application of another tenant on the port needs a service principal in the tenant that it asks.
 *
 * @throws EntraError 7000229
 */
export function requirePresence({ registry, tenantId }: TenantState, clientId: string): void {
  if (registry.entry(clientId)?.servicePrincipal) return
  throw new EntraError(7000229, {
    message: `The client application ${clientId} is missing service principal in the tenant ${tenantId}. An administrator there has to consent first.`,
  })
}

interface Asked {
  resource: Entry
  /** As the request spells it. */
  name: string
}

function readResource({ registry }: TenantState, text: string): Asked {
  const scopes = text.split(' ').filter(Boolean)
  const [scope = ''] = scopes
  const name = prefixOf(scope)
  if (scopes.length !== 1 || valueOf(scope).toLowerCase() !== '.default' || name === '') {
    // Clients show these words: they say what to write instead.
    throw new EntraError(1002012, {
      message: `The provided value for scope ${text} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    })
  }
  const resource = entryNamed(registry, name)
  if (resource) return { resource, name }
  throw noResource(registry, name)
}

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes: 501051 */
function requireAssignment(
  resource: Entry,
  { clientId, name }: Exchange['client'],
  principalId: string,
): void {
  if (!resource.servicePrincipal?.appRoleAssignmentRequired) return
  if (isAssignedApplication(resource, principalId)) return
  const { appId, displayName } = resource.application
  throw new EntraError(501051, {
    message: `Application '${clientId}'(${name}) is not assigned to a role for the application '${appId}'(${displayName}).`,
  })
}
