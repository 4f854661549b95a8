/** The routes of Entra ID. */

import formBody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorCodePage, errorPage, notFoundPage } from '../pages/errors.ts'
import { sendPage } from '../pages/layout.ts'
import { appAddress } from '../registry/app-address.ts'
import type { TenantState } from '../tenant-state.ts'
import { homeOf } from '../tenants/visitors.ts'
import { aadstsCodes } from './aadsts-codes.ts'
import { adminConsentRoutes } from './admin-consent.ts'
import { authorizeRoutes } from './authorize/index.ts'
import { deviceRoutes } from './device/index.ts'
import { discoveryRoutes } from './discovery/index.ts'
import { EntraError, errorBody, sendTrace, traceOf } from './errors.ts'
import { logoutRoutes } from './logout.ts'
import { tokenRoutes } from './token/index.ts'

export async function entraRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  // Parameters come in a form only: what a client sends as JSON is not there for Entra.
  app.removeAllContentTypeParsers()
  await app.register(formBody, { bodyLimit: 65_536 })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined)
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store, no-cache')
  })
  discoveryRoutes(app, tenant)
  authorizeRoutes(app, tenant)
  adminConsentRoutes(app, tenant)
  deviceRoutes(app, tenant)
  tokenRoutes(app, tenant)
  logoutRoutes(app, tenant)
  app.get<{ Querystring: { code?: unknown } }>('/error', async ({ query }, reply) => {
    const code = Number(query.code)
    const known = aadstsCodes[code]
    return known ? sendPage(reply, errorCodePage(code, known)) : sendPage(reply, notFoundPage, 404)
  })
  app.setErrorHandler<FastifyError | EntraError>((error, request, reply) =>
    sendProblem(tenant, asEntraError(error), request, reply),
  )
}

/** The parser refuses bodies of a wrong size before any handler runs. */
function asEntraError(error: FastifyError | EntraError): EntraError {
  if (error instanceof EntraError) return error
  const status = error.statusCode ?? 500
  if (status >= 500) throw error
  return new EntraError(9002313, { status })
}

function sendProblem(
  tenant: TenantState,
  { problem }: EntraError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const trace = traceOf(request, tenant.now())
  sendTrace(reply, trace)
  const isPage = /\/(authorize|adminconsent|logout|devicelogin|devicelogin\/done)$/.test(
    request.routeOptions.url ?? '',
  )
  if (!isPage) return reply.code(problem.status).send(errorBody(problem, trace, tenant.origin))
  return sendPage(
    reply,
    errorPage({ problem, trace, app: homeOfClient(tenant, request) }),
    problem.status,
  )
}

/** The home page of the client that a request names: an origin of its redirect URIs, never one of the request. */
function homeOfClient(tenant: TenantState, { url }: FastifyRequest) {
  const clientId = new URLSearchParams(url.split(/\?(.*)/s)[1]).get('client_id')
  if (clientId === null) return undefined
  const client = homeOf(tenant, clientId).registry.client(clientId)
  return client && appAddress(client, tenant.journal)?.home
}
