/**
 * Instance discovery: whether an authority is a host of the cloud, and the host's other names. MSAL asks before it
 * trusts an authority that it does not know: `/common/discovery/instance?api-version=1.1&authorization_endpoint=…`.
 */

import { isLoopback } from '../../own-host.ts'
import type { TenantState } from '../../tenant-state.ts'
import { requireTenant } from '../client/tenants.ts'
import { cloudOf, clouds } from './clouds.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'

/** @throws EntraError 50049 `invalid_instance`, on which MSAL matches, for an authority elsewhere; 90002; 900144 */
export function describeInstance(tenant: TenantState, parameters: Parameters) {
  const endpoint = required(parameters, 'authorization_endpoint')
  const address = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const { host } = new URL(tenant.origin)
  // A tenant that is the host of a cloud names all clouds, as Entra does; another one is a cloud of its own.
  const own = cloudOf(tenant.origin) ?? { login: [host], cache: host }
  const all = cloudOf(tenant.origin) ? clouds : [own]
  const asked = address && all.find(({ login }) => login.includes(address.host))
  if (!address || (!asked && !isLoopback(address.hostname))) throw new EntraError(50049)
  const [segment = '', ...rest] = address.pathname.slice(1).split('/')
  const version = rest.includes('v2.0') ? '/v2.0' : ''
  // What another cloud has is known there.
  const isElsewhere = asked !== undefined && asked !== own
  const base = isElsewhere
    ? `${address.origin}/${segment}`
    : `${tenant.origin}/${requireTenant(tenant, segment)}`
  const document = `${base}${version}/.well-known/openid-configuration`
  // Since version 1.1 the answer has the names.
  if (parameters['api-version'] === '1.0') return { tenant_discovery_endpoint: document }
  return {
    tenant_discovery_endpoint: document,
    'api-version': '1.1',
    metadata: all.map(({ login, cache }) => ({
      preferred_network: login[0],
      preferred_cache: cache,
      aliases: login,
    })),
  }
}
