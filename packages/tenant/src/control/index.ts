/** The control page and its JSON API: everything about a running tenant that a test or a person can look at and change. */

import formBody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { isSameSite } from '../entra/authorize/accounts.ts'
import { answerHeads } from '../graph/protocol/head-routes.ts'
import { isLoopback } from '../own-host.ts'
import type { TenantLifecycle } from '../state/lifecycle.ts'
import type { TenantState } from '../tenant-state.ts'
import { sendControlProblem } from './answer.ts'
import { ControlError, controlErrors, errorBody } from './errors.ts'
import { collectRoutes } from './openapi.ts'
import { clientRoutes } from './routes/clients.ts'
import { clockRoutes } from './routes/clock.ts'
import { faultRoutes } from './routes/faults.ts'
import { journalRoutes } from './routes/journal.ts'
import { lockoutRoutes } from './routes/lockouts.ts'
import { pageRoutes, sendNotFound } from './routes/pages.ts'
import { policyRoutes } from './routes/policies.ts'
import { scenarioRoutes } from './routes/scenarios.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { stateRoutes } from './routes/state.ts'
import { keepAtTenant, tenantRoutes } from './routes/tenants.ts'
import { userRoutes } from './routes/users.ts'
import { useValidation } from './validation.ts'

export async function controlRoutes(
  app: FastifyInstance,
  tenant: TenantState,
  lifecycle: TenantLifecycle,
): Promise<void> {
  await app.register(formBody)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (isOwn(request)) return undefined
    const message = 'The control API answers this machine and its own page only.'
    return reply
      .code(controlErrors.not_own.status)
      .send(errorBody(new ControlError('not_own', message)))
  })
  app.setErrorHandler<Error>((error, request, reply) => sendControlProblem(error, request, reply))
  answerHeads(app)
  const document = collectRoutes(app, tenant.domain)
  app.setNotFoundHandler((request, reply) =>
    sendNotFound(request, reply, Object.keys(pathsOf(document()))),
  )
  useValidation(app)
  if (tenant !== tenant.tenants[0]) keepAtTenant(app, tenant)
  pageRoutes(app, tenant)
  scenarioRoutes(app, tenant)
  faultRoutes(app, tenant)
  journalRoutes(app, tenant)
  userRoutes(app, tenant)
  lockoutRoutes(app, tenant)
  clientRoutes(app, tenant)
  clockRoutes(app, tenant)
  tokenRoutes(app, tenant)
  policyRoutes(app, tenant)
  stateRoutes(app, lifecycle)
  tenantRoutes(app, tenant)
  app.get('/openapi.json', { config: { documented: openApiRoute } }, async () => document())
}

const openApiRoute = {
  summary: 'This document',
  tags: ['document'],
  answer: { schema: Type.Object({}, { description: 'OpenAPI 3.1' }) },
}

function pathsOf({ paths }: Record<string, unknown>): object {
  return typeof paths === 'object' && paths !== null ? paths : {}
}

/** A web page could reach loopback by a form, or by its own host name that resolves to loopback (DNS rebinding). */
function isOwn(request: FastifyRequest): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  return isLoopback(host) && (request.method === 'GET' || isSameSite(request))
}
