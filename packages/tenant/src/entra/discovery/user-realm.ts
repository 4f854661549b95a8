/**
 * User realms: whether a user signs in at Entra (`Managed`) or at a federated server. MSAL asks before it sends a user
 * name and a password: `/common/UserRealm/{user}?api-version=1.0`; sign-in pages ask with `?user=` and 2.1.
 */

import { domainOf } from '../../directory/domains.ts'
import type { TenantState } from '../../tenant-state.ts'
import { tenantOfDomain } from '../../tenants/lookup.ts'
import { cloudOf } from './clouds.ts'
import { EntraError } from '../errors.ts'
import { required, type Parameters } from '../parameters.ts'

const longest = 320

/**
 * @param inPath the user of the path, if it names one
 * @throws EntraError 900144 without a user, 90023 for a version that there is not
 */
export function describeRealm(
  tenant: TenantState,
  parameters: Parameters,
  inPath: string | undefined,
) {
  const user = (inPath || required(parameters, 'user')).slice(0, longest)
  const version = parameters['api-version'] ?? '1.0'
  if (!/^[12]\.\d$/.test(version)) {
    throw new EntraError(90023, { message: `Unsupported 'api-version' value '${version}'.` })
  }
  const domain = domainOf(user)
  const known = tenantOfDomain(tenant.tenants, domain)
  const isKnown = known !== undefined
  const cloud = new URL(tenant.origin).host.replace(/^login\./, '')
  if (version.startsWith('2')) return secondVersion({ user, domain, known, cloud })
  return {
    ver: '1.0',
    account_type: isKnown ? 'Managed' : 'Unknown',
    ...(isKnown ? { domain_name: domain } : {}),
    cloud_instance_name: cloud,
    // MSAL for Go refuses an answer without it.
    cloud_audience_urn: cloudOf(tenant.origin)?.audienceUrn ?? 'urn:federation:MicrosoftOnline',
  }
}

interface Realm {
  user: string
  domain: string
  known: TenantState | undefined
  cloud: string
}

function secondVersion({ user, domain, known, cloud }: Realm) {
  if (!known) return { NameSpaceType: 'Unknown', Login: user, cloud_instance_name: cloud }
  return {
    NameSpaceType: 'Managed',
    Login: user,
    DomainName: domain,
    FederationBrandName: known.tenantName,
    TenantBrandingInfo: null,
    cloud_instance_name: cloud,
  }
}
