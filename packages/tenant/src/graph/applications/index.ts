/**
 * `/applications`: registrations, as the setup commands make, change and delete them.
 * https://learn.microsoft.com/graph/api/resources/application
 */

import type { FastifyInstance } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { keyed, listAnswer, objectAnswer, parseKey, readBody, selected } from '../odata.ts'
import { parseOptions } from '../query.ts'
import { removeAssignments } from '../../registry/app-role-assignments.ts'
import { appRoleAssignmentRoutes } from './app-role-assignments.ts'
import { passwordRoutes } from './credentials.ts'
import { federatedCredentialRoutes } from './federated-credentials.ts'
import { ApplicationChange } from './input.ts'
import {
  createApplication,
  deletedApplicationRoutes,
  findApplication,
  lookUp,
  maySee,
  requireReader,
  requireWriter,
} from './operations.ts'
import { ownerRoutes } from './owners.ts'
import { applications, changed, viewApplication } from './properties.ts'

type Route = { Params: { key: string } }

const config = { endpoint: 'applications' } as const

export function applicationRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.addHook('preHandler', async () => tenant.registry.beginRequest())
  readRoutes(app, tenant)
  app.post('/applications', { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const { application } = createApplication(tenant, caller, request.body)
    const view = viewApplication(application, tenant.domain)
    return reply.code(201).send(objectAnswer(tenant, applications, view, request.url))
  })
  for (const url of keyed('applications')) {
    changeRoutes(app, tenant, url)
  }
  passwordRoutes(app, tenant)
  appRoleAssignmentRoutes(app, tenant)
  ownerRoutes(app, tenant)
  federatedCredentialRoutes(app, tenant)
  deletedApplicationRoutes(app, tenant)
}

function readRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/applications', { config }, async (request) => {
    const caller = await requireReader(tenant, request)
    const rows = tenant.registry
      .entries()
      .filter((entry) => entry.isRegistered && !entry.isHidden && maySee(caller, entry))
      .map(({ application }) => viewApplication(application, tenant.domain))
    return listAnswer(tenant, applications, rows, request)
  })
  for (const url of keyed('applications')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireReader(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const select = selected(parseOptions(request.url).$select)
      const view = viewApplication(application, tenant.domain, select?.includes('keyCredentials'))
      return objectAnswer(tenant, applications, view, request.url)
    })
  }
}

function changeRoutes(app: FastifyInstance, tenant: TenantState, url: string): void {
  app.patch<Route>(url, { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const key = parseKey(request.params.key)
    const wantsNew = /\bcreate-if-missing\b/i.test(String(request.headers.prefer))
    if (wantsNew && key.name === 'uniqueName' && !lookUp(tenant, key)) {
      const body = { ...Object(request.body), uniqueName: key.value }
      const { application } = createApplication(tenant, caller, body)
      const view = viewApplication(application, tenant.domain)
      return reply.code(201).send(objectAnswer(tenant, applications, view, request.url))
    }
    const entry = findApplication(tenant, caller, request.params.key)
    const change = readBody(ApplicationChange, request.body, 'Application')
    entry.application = changed(tenant, entry.application, change)
    return reply.code(204).send()
  })
  app.delete<Route>(url, { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const entry = findApplication(tenant, caller, request.params.key)
    tenant.registry.remove(entry)
    tenant.consents.withdrawFrom(entry.application.appId)
    removeAssignments(tenant.registry, entry)
    return reply.code(204).send()
  })
}
