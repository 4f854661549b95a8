/** `/.well-known/openid-configuration` and the signing keys. */

import type { FastifyInstance } from 'fastify'
import { issuerOf, type World } from '../world.ts'
import { requireTenant } from './client/index.ts'
import { throwFault } from './apply-fault.ts'

type Route = { Params: { tenant: string } }

export function discoveryRoutes(app: FastifyInstance, world: World): void {
  app.get<Route>(
    '/:tenant/v2.0/.well-known/openid-configuration',
    { config: { endpoint: 'discovery' } },
    async (request) => {
      throwFault(world, 'discovery', request)
      return document(world, requireTenant(world, request.params.tenant))
    },
  )
  app.get<Route>(
    '/:tenant/discovery/v2.0/keys',
    { config: { endpoint: 'keys' } },
    async (request) => {
      throwFault(world, 'keys', request)
      requireTenant(world, request.params.tenant)
      return { keys: jwks(world) }
    },
  )
}

function document(world: World, tenant: string) {
  const { origin } = world
  const base = `${origin}/${tenant}`
  const issuer = tenant === world.tenantId ? issuerOf(world) : `${origin}/{tenantid}/v2.0`
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
    ...(world.issParameter ? { authorization_response_iss_parameter_supported: true } : {}),
  }
}

const claimNames =
  'sub iss cloud_instance_name aud exp iat nonce preferred_username name tid ver email'.split(' ')

function jwks(world: World) {
  return world.keys.published().map(({ kid, publicKey }) => ({
    ...publicKey.export({ format: 'jwk' }),
    use: 'sig',
    kid,
    x5t: kid,
    issuer: issuerOf(world),
  }))
}
