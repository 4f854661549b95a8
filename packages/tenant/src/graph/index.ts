/** The routes of Microsoft Graph. */

import type { FastifyError, FastifyInstance } from 'fastify'
import { allowGraphFromPages } from '../entra/client/cross-origin.ts'
import { patched } from '../faults/fault.ts'
import type { TenantState } from '../tenant-state.ts'
import { answerForm } from './protocol/answers.ts'
import { applicationRoutes } from './applications/index.ts'
import { batchRoutes } from './protocol/batch.ts'
import { readCompressed } from './protocol/compressed-bodies.ts'
import { answerHeads } from './protocol/head-routes.ts'
import { driveRoutes } from './drives/index.ts'
import { deletedItemRoutes } from './directory/deleted-items.ts'
import { deviceRoutes } from './devices/index.ts'
import { deltaRoutes } from './directory/delta.ts'
import { directoryObjectRoutes } from './directory/objects.ts'
import { organizationRoutes } from './directory/organization.ts'
import { roleRoutes } from './directory/roles.ts'
import { metadataRoutes } from './metadata/index.ts'
import { extensionPropertyRoutes } from './extensions/extension-properties.ts'
import { openExtensionRoutes } from './extensions/open-extensions.ts'
import { badRequest, faultError, GraphError, sendGraphError, sendRequestIds } from './errors.ts'
import { groupRoutes } from './groups/index.ts'
import { memberOfRoutes } from './groups/member-of.ts'
import { referenceRoutes } from './groups/references.ts'
import { groupWriteRoutes } from './groups/write.ts'
import { permissionGrantRoutes } from './permission-grants.ts'
import { servicePrincipalRoutes } from './service-principals.ts'
import { watchRoutes } from './protocol/unknown.ts'
import { usersRoutes } from './users/index.ts'
import { invitationRoutes } from './users/invitations.ts'
import { userListRoutes } from './users/lists.ts'
import { photoRoutes, photoWriteRoutes } from './users/photo.ts'
import { relationRoutes } from './users/relations.ts'
import { userWriteRoutes } from './users/write.ts'

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
    payload = answerForm(request, payload)
    const at = reply.statusCode === 200 && request.routeOptions.config.endpoint
    const fault = at && tenant.faults.consume(at, ['graphResponse'], request)
    if (!fault) return payload
    reply.headers(fault.headers ?? {})
    return patched(fault, payload)
  })
  answerErrors(app, tenant)
  readCompressed(app)
  readJson(app)
  answerHeads(app)
  const unknownAddress = watchRoutes(app)
  app.setNotFoundHandler((request, reply) => {
    return sendGraphError(tenant, unknownAddress(request), request, reply)
  })
  metadataRoutes(app, tenant)
  batchRoutes(app, tenant)
  usersRoutes(app, tenant, unknownAddress)
  userWriteRoutes(app, tenant)
  relationRoutes(app, tenant)
  userListRoutes(app, tenant)
  invitationRoutes(app, tenant)
  openExtensionRoutes(app, tenant)
  extensionPropertyRoutes(app, tenant)
  photoRoutes(app, tenant)
  groupRoutes(app, tenant, unknownAddress)
  groupWriteRoutes(app, tenant)
  referenceRoutes(app, tenant)
  memberOfRoutes(app, tenant)
  deltaRoutes(app, tenant)
  deviceRoutes(app, tenant)
  deletedItemRoutes(app, tenant)
  roleRoutes(app, tenant)
  directoryObjectRoutes(app, tenant)
  organizationRoutes(app, tenant)
  permissionGrantRoutes(app, tenant)
  for (const routes of [driveRoutes, photoWriteRoutes, applicationRoutes, servicePrincipalRoutes]) {
    await app.register(async (scope) => routes(scope, tenant))
  }
}

function answerErrors(app: FastifyInstance, tenant: TenantState): void {
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
}

/** Clients name the type of a body with every request, also without one: a DELETE, `restore`. Graph does not mind. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') done(null, undefined)
      else void parse(request, body, done)
    },
  )
}
