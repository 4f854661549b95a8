/** Discovery documents, signing keys, instance discovery and user realms: what clients ask for before a sign-in. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Endpoint } from '../../endpoint.ts'
import type { TenantState } from '../../tenant-state.ts'
import { applyFault } from '../apply-fault.ts'
import { allowAllOrigins, answerPreflight } from '../client/cross-origin.ts'
import { requireTenant, type TenantSegment } from '../client/tenants.ts'
import { queryParameters } from '../parameters.ts'
import { firstVersionDocument, issuerFor, secondVersionDocument } from './document.ts'
import { describeInstance } from './instance.ts'
import { describeRealm } from './user-realm.ts'

type Route = { Params: { tenant: string; user?: string } }
type Answer = (request: FastifyRequest<Route>, segment: TenantSegment) => unknown

export function discoveryRoutes(app: FastifyInstance, tenant: TenantState): void {
  const get = (path: string, endpoint: Endpoint, answer: Answer) => {
    answerPreflight(app, path, 'GET, OPTIONS')
    app.get<Route>(
      path,
      { config: { endpoint }, exposeHeadRoute: true },
      async (request, reply: FastifyReply) => {
        allowAllOrigins(reply)
        applyFault(tenant, endpoint, request)
        return answer(request, requireTenant(tenant, request.params.tenant))
      },
    )
  }
  const wellKnown = '.well-known/openid-configuration'
  get(`/:tenant/v2.0/${wellKnown}`, 'discovery', (_request, segment) =>
    secondVersionDocument(tenant, segment),
  )
  get(`/:tenant/${wellKnown}`, 'discovery', (_request, segment) =>
    firstVersionDocument(tenant, segment),
  )
  get('/:tenant/discovery/v2.0/keys', 'keys', (_request, segment) => ({
    keys: jwks(tenant).map((key) => ({ ...key, issuer: issuerFor(tenant, segment) })),
  }))
  // Those of v1.0 name no issuer, because its tokens have one on every host.
  get('/:tenant/discovery/keys', 'keys', () => ({ keys: jwks(tenant) }))
  get('/:tenant/discovery/instance', 'discovery', (request) =>
    describeInstance(tenant, queryParameters(request.url)),
  )
  const realm: Answer = (request) =>
    describeRealm(tenant, queryParameters(request.url), request.params.user)
  for (const path of ['/:tenant/userrealm', '/:tenant/userrealm/', '/:tenant/userrealm/:user']) {
    get(path, 'discovery', realm)
  }
}

/** With the certificate, from which python-social-auth and others read the key. */
function jwks(tenant: TenantState) {
  return tenant.keys.published().map(({ kid, publicKey, certificate }) => ({
    ...publicKey.export({ format: 'jwk' }),
    use: 'sig',
    kid,
    x5t: kid,
    ...(certificate ? { x5c: [certificate.toString('base64')] } : {}),
  }))
}
