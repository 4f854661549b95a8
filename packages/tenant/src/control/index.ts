/** The control page and its JSON API: scenarios, faults, the journal and the directory. */

import formBody from '@fastify/formbody'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import { isSameSite } from '../entra/authorize/accounts.ts'
import { parseFault } from '../faults/parse.ts'
import { checkUserCount, isLoopback } from '../options.ts'
import { readFormValues } from '../pages/control/form-values.ts'
import { controlPage } from '../pages/control/page.ts'
import { sendPage } from '../pages/layout.ts'
import type { TenantState } from '../tenant-state.ts'
import { done, membersOf, sendControlProblem } from './answer.ts'
import { scenarioRoutes } from './scenario-routes.ts'
import { createScenarios } from './scenarios/scenarios.ts'

export async function controlRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  await app.register(formBody)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (isOwn(request)) return undefined
    const error = 'The control API answers this machine and its own page only.'
    return reply.code(403).send({ error })
  })
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    sendControlProblem(error, request, reply),
  )
  pageRoutes(app, tenant)
  scenarioRoutes(app, tenant)
  faultRoutes(app, tenant)
  journalRoutes(app, tenant)
  directoryRoutes(app, tenant)
  app.post('/keys/rotate', async (request, reply) => {
    tenant.keys.rotate()
    return done(request, reply)
  })
}

function pageRoutes(app: FastifyInstance, tenant: TenantState): void {
  const scenarios = createScenarios(tenant)
  app.get('/', async ({ query }, reply) =>
    sendPage(reply, controlPage(tenant, scenarios.list(), 'scenarios', readFormValues(query))),
  )
  for (const tab of ['requests', 'directory'] as const) {
    app.get(`/${tab}`, async (_request, reply) =>
      sendPage(reply, controlPage(tenant, scenarios.list(), tab)),
    )
  }
}

/** A web page could reach loopback by a form, or by its own host name that resolves to loopback (DNS rebinding). */
function isOwn(request: FastifyRequest): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  return isLoopback(host) && (request.method === 'GET' || isSameSite(request))
}

function faultRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/faults', async () => ({ faults: tenant.faults.list() }))
  app.post('/faults', async (request, reply) => {
    tenant.faults.set(parseFault(request.body))
    return done(request, reply)
  })
  app.delete('/faults', async (request, reply) => {
    tenant.faults.clear()
    return done(request, reply)
  })
}

function journalRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/journal', async () => ({ entries: tenant.journal.entries() }))
  app.delete('/journal', async (request, reply) => {
    tenant.journal.clear()
    return done(request, reply)
  })
  app.post('/journal/clear', async (request, reply) => {
    tenant.journal.clear()
    return done(request, reply, '/requests')
  })
}

function directoryRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post('/users', async (request, reply) => {
    tenant.directory.resize(countOf(request.body))
    return done(request, reply, '/directory')
  })
}

/** @throws Error with a sentence */
function countOf(body: unknown): number {
  const { count } = membersOf(body)
  const number = typeof count === 'string' ? Number(count) : count
  if (typeof number !== 'number') throw new Error('"count" must be a whole number.')
  checkUserCount(number)
  return number
}
