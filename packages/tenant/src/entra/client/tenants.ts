/** The first segment of Entra's paths: which tenant a request is for, and which applications may use it. */

import type { Client } from '../../registry/client.ts'
import type { TenantState } from '../../tenant-state.ts'
import { tenantNamed } from '../../tenants/lookup.ts'
import { EntraError } from '../errors.ts'

/** The tenant's id, or `common`, `organizations` or `consumers`. */
export type TenantSegment = string

/** The tenant of personal Microsoft accounts, which `consumers` names. */
export const consumersTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'

const shared = ['common', 'organizations', 'consumers']

/**
 * Reads the first segment of an Entra path: the id of a tenant on the port or one of its domain names, or one of the segments for
 * several tenants. https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 *
 * @returns the id in place of a domain name, as Entra's documents have it
 * @throws EntraError 90002 for every other tenant
 */
export function requireTenant(tenant: TenantState, name: string): TenantSegment {
  const segment = name.toLowerCase()
  if (shared.includes(segment)) return segment
  if (segment === consumersTenantId) return 'consumers'
  const named = tenantNamed(tenant.tenants, segment)
  if (named) return named.tenantId
  throw new EntraError(90002, {
    message: `Tenant '${name}' not found. Check that you have the correct tenant id.`,
  })
}

/**
 * @throws EntraError 50194 for an application of one tenant that is used through `/common` or `/organizations`, 700016
 * through `/consumers`: the tenant of personal accounts knows no application of work accounts
 */
export function requireAudience(client: Client, segment: TenantSegment): void {
  if (segment === 'consumers') {
    throw new EntraError(700016, {
      message: `Application with identifier '${client.clientId}' was not found in the directory 'Microsoft Accounts'.`,
    })
  }
  if (!client.isSingleTenant || !shared.includes(segment)) return
  throw new EntraError(50194, {
    message: `Application '${client.clientId}' is not configured as a multi-tenant application, so the /${segment} endpoint cannot be used with it.`,
  })
}
