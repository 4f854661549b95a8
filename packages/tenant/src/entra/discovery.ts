/** `/.well-known/openid-configuration` and the signing keys. */

import type { FastifyInstance } from 'fastify'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { applyFault } from './apply-fault.ts'
import { requireTenant } from './client/index.ts'

type Route = { Params: { tenant: string } }

export function discoveryRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get<Route>(
    '/:tenant/v2.0/.well-known/openid-configuration',
    { config: { endpoint: 'discovery' } },
    async (request) => {
      applyFault(tenant, 'discovery', request)
      return document(tenant, requireTenant(tenant, request.params.tenant))
    },
  )
  app.get<Route>(
    '/:tenant/discovery/v2.0/keys',
    { config: { endpoint: 'keys' } },
    async (request) => {
      applyFault(tenant, 'keys', request)
      requireTenant(tenant, request.params.tenant)
      return { keys: jwks(tenant) }
    },
  )
}

function document(tenant: TenantState, segment: string) {
  const { origin } = tenant
  const base = `${origin}/${segment}`
  const issuer = segment === tenant.tenantId ? issuerOf(tenant) : `${origin}/{tenantid}/v2.0`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer,
    request_uri_parameter_supported: false,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: claimNames,
    tenant_region_scope: null,
    cloud_instance_name: new URL(origin).host,
    msgraph_host: new URL(origin).host,
    ...(tenant.issParameter ? { authorization_response_iss_parameter_supported: true } : {}),
  }
}

const claimNames =
  'sub iss cloud_instance_name aud exp iat nonce preferred_username name tid ver email'.split(' ')

function jwks(tenant: TenantState) {
  return tenant.keys.published().map(({ kid, publicKey }) => ({
    ...publicKey.export({ format: 'jwk' }),
    use: 'sig',
    kid,
    x5t: kid,
    issuer: issuerOf(tenant),
  }))
}
