/** The routes of Microsoft Graph. */

import type { FastifyError, FastifyInstance } from 'fastify'
import { allowGraphFromPages } from '../entra/client/cross-origin.ts'
import { patched } from '../faults/fault.ts'
import type { TenantState } from '../tenant-state.ts'
import { applicationRoutes } from './applications/index.ts'
import { groupRoutes, meRoute, organizationRoute } from './directory.ts'
import { badRequest, faultError, GraphError, sendGraphError, sendRequestIds } from './errors.ts'
import { permissionGrantRoutes } from './permission-grants.ts'
import { photoRoutes } from './photo.ts'
import { servicePrincipalRoutes } from './service-principals.ts'
import { usersRoutes } from './users.ts'

export async function graphRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  allowGraphFromPages(app)
  app.addHook('onRequest', async (request, reply) => {
    sendRequestIds(request, reply)
    reply.headers({ 'cache-control': 'no-cache', 'odata-version': '4.0' })
  })
  app.addHook('preHandler', async (request) => {
    const at = request.routeOptions.config.endpoint
    const fault = at && tenant.faults.consume(at, ['graphError'], request)
    if (fault) throw faultError(tenant, fault)
  })
  app.addHook<object>('preSerialization', async (request, reply, payload) => {
    reply.type('application/json; odata.metadata=minimal; charset=utf-8')
    const at = reply.statusCode === 200 && request.routeOptions.config.endpoint
    const fault = at && tenant.faults.consume(at, ['graphResponse'], request)
    if (!fault) return payload
    reply.headers(fault.headers ?? {})
    return patched(fault, payload)
  })
  app.setErrorHandler<FastifyError | GraphError>((error, request, reply) => {
    if (error instanceof GraphError) return sendGraphError(tenant, error, request, reply)
    const status = error.statusCode ?? 500
    if (status === 400 || status === 415) {
      const unread = badRequest('Unable to read JSON request payload.')
      return sendGraphError(tenant, unread, request, reply)
    }
    const known = new GraphError(status, 'UnknownError', error.message)
    return sendGraphError(tenant, known, request, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    const segment = /^\/v1\.0\/([^/?(]*)/.exec(request.url)?.[1] ?? ''
    const error = badRequest(`Resource not found for the segment '${segment}'.`)
    return sendGraphError(tenant, error, request, reply)
  })
  meRoute(app, tenant)
  usersRoutes(app, tenant)
  photoRoutes(app, tenant)
  groupRoutes(app, tenant)
  organizationRoute(app, tenant)
  permissionGrantRoutes(app, tenant)
  await app.register(async (scope) => applicationRoutes(scope, tenant))
  await app.register(async (scope) => servicePrincipalRoutes(scope, tenant))
}
