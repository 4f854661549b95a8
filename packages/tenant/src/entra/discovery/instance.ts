/**
 * Instance discovery: whether an authority is a host of the cloud, and the host's other names. MSAL asks before it
 * trusts an authority that it does not know: `/common/discovery/instance?api-version=1.1&authorization_endpoint=…`.
 */

import { isLoopback } from '../../own-host.ts'
import type { TenantState } from '../../tenant-state.ts'
import { requireTenant } from '../client/tenants.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'

/** For a tenant whose origin is the public cloud's, in a private network: clients then expect its other names. */
const publicCloud = [
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
]

/** @throws EntraError 50049 `invalid_instance`, on which MSAL matches, for an authority elsewhere; 90002; 900144 */
export function describeInstance(tenant: TenantState, parameters: Parameters) {
  const endpoint = required(parameters, 'authorization_endpoint')
  const address = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const own = new URL(tenant.origin)
  const aliases = publicCloud.includes(own.host) ? publicCloud : [own.host]
  const isOwn = address && (aliases.includes(address.host) || isLoopback(address.hostname))
  if (!isOwn) throw new EntraError(50049)
  const [segment = '', ...rest] = address.pathname.slice(1).split('/')
  const version = rest.includes('v2.0') ? '/v2.0' : ''
  const name = requireTenant(tenant, segment)
  const document = `${tenant.origin}/${name}${version}/.well-known/openid-configuration`
  const [network = own.host, cache = network] = aliases
  // Since version 1.1 the answer has the names.
  if (parameters['api-version'] === '1.0') return { tenant_discovery_endpoint: document }
  return {
    tenant_discovery_endpoint: document,
    'api-version': '1.1',
    metadata: [{ preferred_network: network, preferred_cache: cache, aliases }],
  }
}
