/** `/applications`: registrations, as the setup commands make, change and delete them. https://learn.microsoft.com/graph/api/resources/application */
import type { FastifyInstance } from 'fastify'
import { userDomain } from '../../directory/generate.ts'
import type { World } from '../../world.ts'
import { requireCaller } from '../bearer.ts'
import { keyed, listAnswer, objectAnswer, parseKey, readBody, selected } from '../odata.ts'
import { parseOptions } from '../query.ts'
import {
  createApplication,
  deletedApplicationRoutes,
  findApplication,
  lookUp,
  maySee,
  requireReader,
  requireWriter,
} from './operations.ts'
import { applications, changed, viewApplication } from './properties.ts'
import { federatedCredentialRoutes } from './federated-credentials.ts'
import { ApplicationChange } from './input.ts'
import { passwordRoutes } from './credentials.ts'

type Route = { Params: { key: string } }

const config = { endpoint: 'applications' } as const

export function applicationRoutes(app: FastifyInstance, world: World): void {
  app.addHook('preHandler', async () => world.registry.beginRequest())
  readRoutes(app, world)
  app.post('/applications', { config }, async (request, reply) => {
    const caller = await requireCaller(world, request)
    requireWriter(caller)
    const { application } = createApplication(world, caller, request.body)
    const view = viewApplication(application, userDomain)
    return reply.code(201).send(objectAnswer(world, applications, view, request.url))
  })
  for (const url of keyed('applications')) {
    changeRoutes(app, world, url)
  }
  passwordRoutes(app, world)
  federatedCredentialRoutes(app, world)
  deletedApplicationRoutes(app, world)
}

function readRoutes(app: FastifyInstance, world: World): void {
  app.get('/applications', { config }, async (request) => {
    const caller = await requireCaller(world, request)
    requireReader(caller)
    const rows = world.registry
      .entries()
      .filter((entry) => entry.isRegistered && !entry.isHidden && maySee(caller, entry))
      .map(({ application }) => viewApplication(application, userDomain))
    return listAnswer(world, applications, rows, request.url)
  })
  for (const url of keyed('applications')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireCaller(world, request)
      requireReader(caller)
      const { application } = findApplication(world, caller, request.params.key)
      const select = selected(parseOptions(request.url).$select)
      const view = viewApplication(application, userDomain, select?.includes('keyCredentials'))
      return objectAnswer(world, applications, view, request.url)
    })
  }
}

function changeRoutes(app: FastifyInstance, world: World, url: string): void {
  app.patch<Route>(url, { config }, async (request, reply) => {
    const caller = await requireCaller(world, request)
    requireWriter(caller)
    const key = parseKey(request.params.key)
    const wantsNew = /\bcreate-if-missing\b/i.test(String(request.headers.prefer))
    if (wantsNew && key.name === 'uniqueName' && !lookUp(world, key)) {
      const body = { ...Object(request.body), uniqueName: key.value }
      const { application } = createApplication(world, caller, body)
      const view = viewApplication(application, userDomain)
      return reply.code(201).send(objectAnswer(world, applications, view, request.url))
    }
    const entry = findApplication(world, caller, request.params.key)
    const change = readBody(ApplicationChange, request.body, 'Application')
    entry.application = changed(entry.application, change, world.now())
    return reply.code(204).send()
  })
  app.delete<Route>(url, { config }, async (request, reply) => {
    const caller = await requireCaller(world, request)
    requireWriter(caller)
    const entry = findApplication(world, caller, request.params.key)
    world.registry.remove(entry)
    world.consents.withdrawFrom(entry.application.appId)
    return reply.code(204).send()
  })
}
