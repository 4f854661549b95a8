/**
 * The discovery documents of both versions, member by member as Entra's public ones.
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */

import { firstIssuer, issuerOf, type TenantState } from '../../tenant-state.ts'
import type { TenantSegment } from '../client/tenants.ts'
import { consumersTenantId } from '../client/tenants.ts'

const claimNames = [
  'sub',
  'iss',
  'cloud_instance_name',
  'cloud_instance_host_name',
  'cloud_graph_host_name',
  'msgraph_host',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'acr',
  'nonce',
]

const shared = {
  token_endpoint_auth_methods_supported: [
    'client_secret_post',
    'private_key_jwt',
    'client_secret_basic',
  ],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  http_logout_supported: true,
  frontchannel_logout_supported: true,
}

export function secondVersionDocument(tenant: TenantState, segment: TenantSegment) {
  const base = `${tenant.origin}/${segment}`
  const oauth = `${base}/oauth2/v2.0`
  return {
    ...shared,
    token_endpoint: `${oauth}/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerFor(tenant, segment),
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${tenant.graphOrigin}/oidc/userinfo`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    claims_supported: [
      ...claimNames,
      'preferred_username',
      'name',
      'tid',
      'ver',
      'at_hash',
      'c_hash',
      'email',
    ],
    kerberos_endpoint: `${base}/kerberos`,
    ...cloud(tenant, segment),
    ...(tenant.issParameter ? { authorization_response_iss_parameter_supported: true } : {}),
  }
}

/** Of v1.0: asked for by python-social-auth's `azuread-tenant-oauth2` and by passport-azure-ad. */
export function firstVersionDocument(tenant: TenantState, segment: TenantSegment) {
  const base = `${tenant.origin}/${segment}`
  return {
    ...shared,
    token_endpoint: `${base}/oauth2/token`,
    jwks_uri: `${tenant.origin}/common/discovery/keys`,
    response_types_supported: ['code', 'id_token', 'code id_token', 'token id_token', 'token'],
    scopes_supported: ['openid'],
    issuer: firstIssuer({
      origin: tenant.origin,
      tenantId: segment === tenant.tenantId ? segment : '{tenantid}',
    }),
    microsoft_multi_refresh_token: true,
    authorization_endpoint: `${base}/oauth2/authorize`,
    device_authorization_endpoint: `${base}/oauth2/devicecode`,
    end_session_endpoint: `${base}/oauth2/logout`,
    claims_supported: [...claimNames, 'amr', 'upn', 'unique_name', 'given_name', 'family_name'],
    check_session_iframe: `${base}/oauth2/checksession`,
    userinfo_endpoint: `${base}/openid/userinfo`,
    kerberos_endpoint: `${base}/kerberos`,
    ...cloud(tenant, segment),
  }
}

/**
 * The hosts of the cloud. Those that the tenant does not serve, Azure AD Graph's and that of role-based access, are its
 * own too, so that no client that follows them leaves the machine.
 */
function cloud(tenant: TenantState, segment: TenantSegment) {
  const graph = new URL(tenant.graphOrigin).host
  return {
    tenant_region_scope: segment === tenant.tenantId ? 'WW' : null,
    // `login.microsoftonline.com` is of the cloud `microsoftonline.com`.
    cloud_instance_name: new URL(tenant.origin).host.replace(/^login\./, ''),
    cloud_graph_host_name: graph,
    msgraph_host: graph,
    rbac_url: tenant.origin,
  }
}

/** A template for the segments of several tenants: the client puts the token's `tid` in it. */
export function issuerFor(tenant: TenantState, segment: TenantSegment): string {
  if (segment === tenant.tenantId) return issuerOf(tenant)
  const id = segment === 'consumers' ? consumersTenantId : '{tenantid}'
  return `${tenant.origin}/${id}/v2.0`
}
