/** `/servicePrincipals`: which applications are present in the tenant. https://learn.microsoft.com/graph/api/resources/serviceprincipal */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { newServicePrincipal } from '../../registry/service-principal.ts'
import type { World } from '../../world.ts'
import { maySee, requireReader, requireWriter } from '../applications/access.ts'
import { denied, requireCaller } from '../bearer.ts'
import { conflict, GraphError } from '../errors.ts'
import { listAnswer, objectAnswer } from '../odata/answer.ts'
import { readBody } from '../odata/body.ts'
import { keyed } from '../odata/object-key.ts'
import { findServicePrincipal, presentEntries } from './find.ts'
import { servicePrincipals, viewServicePrincipal } from './view.ts'

type Route = { Params: { key: string } }

const changeable = {
  accountEnabled: Type.Optional(Type.Boolean()),
  appRoleAssignmentRequired: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Type.Array(Type.String())),
}
const closed = { additionalProperties: false }
const NewServicePrincipal = Type.Object({ appId: Type.String(), ...changeable }, closed)
const ServicePrincipalChange = Type.Object(changeable, closed)

const config = { endpoint: 'servicePrincipals' } as const

export function servicePrincipalRoutes(app: FastifyInstance, world: World): void {
  app.addHook('preHandler', async () => world.registry.beginRequest())
  readRoutes(app, world)
  app.post('/servicePrincipals', { config }, async (request, reply) => {
    const caller = await requireCaller(world, request)
    requireWriter(caller)
    const body = readBody(NewServicePrincipal, request.body, 'ServicePrincipal')
    const { appId, ...rest } = body
    const entry = world.registry.entry(appId)
    if (!entry || entry.isHidden) throw noApplication(appId)
    if (entry.servicePrincipal) throw taken(appId)
    const principal = newServicePrincipal(randomUUID(), entry.application.appId)
    entry.servicePrincipal = { ...principal, ...rest }
    const view = viewServicePrincipal(entry, entry.servicePrincipal, world.tenantId)
    return reply.code(201).send(objectAnswer(world, servicePrincipals, view, request.url))
  })
  for (const url of keyed('servicePrincipals')) changeRoutes(app, world, url)
}

function readRoutes(app: FastifyInstance, world: World): void {
  app.get('/servicePrincipals', { config }, async (request) => {
    const caller = await requireCaller(world, request)
    requireReader(caller)
    const rows = presentEntries(world)
      .filter(({ entry }) => maySee(caller, entry))
      .map(({ entry, principal }) => viewServicePrincipal(entry, principal, world.tenantId))
    return listAnswer(world, servicePrincipals, rows, request.url)
  })
  for (const url of keyed('servicePrincipals')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireCaller(world, request)
      requireReader(caller)
      const { entry, principal } = findServicePrincipal(world, request.params.key)
      if (!maySee(caller, entry)) throw denied()
      const view = viewServicePrincipal(entry, principal, world.tenantId)
      return objectAnswer(world, servicePrincipals, view, request.url)
    })
  }
}

function changeRoutes(app: FastifyInstance, world: World, url: string): void {
  app.patch<Route>(url, { config }, async (request, reply) => {
    requireWriter(await requireCaller(world, request))
    const { entry, principal } = findServicePrincipal(world, request.params.key)
    const change = readBody(ServicePrincipalChange, request.body, 'ServicePrincipal')
    entry.servicePrincipal = { ...principal, ...change }
    return reply.code(204).send()
  })
  app.delete<Route>(url, { config }, async (request, reply) => {
    requireWriter(await requireCaller(world, request))
    const { entry } = findServicePrincipal(world, request.params.key)
    if (!entry.isRegistered) throw denied()
    entry.servicePrincipal = undefined
    world.consents.withdrawFrom(entry.application.appId)
    return reply.code(204).send()
  })
}

function noApplication(appId: string): GraphError {
  return new GraphError(
    400,
    'NoBackingApplicationObject',
    `The appId '${appId}' of the service principal does not reference a valid application object.`,
  )
}

function taken(appId: string): GraphError {
  return conflict(
    409,
    `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
  )
}
