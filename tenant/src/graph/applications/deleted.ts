/** `/directory/deletedItems`: deleted applications, which keep their unique name taken until they are deleted here too. https://learn.microsoft.com/graph/api/resources/directory */

import type { FastifyInstance } from 'fastify'
import { userDomain } from '../../directory/generate.ts'
import type { World } from '../../world.ts'
import { requireCaller } from '../bearer.ts'
import { notFound } from '../errors.ts'
import { listAnswer, type Collection } from '../odata/answer.ts'
import { maySee, requireReader, requireWriter } from './access.ts'
import { applications, viewApplication } from './view.ts'

const deletedItems: Collection = { ...applications, name: 'directory/deletedItems' }
const config = { endpoint: 'applications' } as const

export function deletedApplicationRoutes(app: FastifyInstance, world: World): void {
  app.get('/directory/deletedItems/microsoft.graph.application', { config }, async (request) => {
    const caller = await requireCaller(world, request)
    requireReader(caller)
    const rows = world.registry
      .deleted()
      .filter((entry) => maySee(caller, entry))
      .map(({ application }) => viewApplication(application, userDomain))
    return listAnswer(world, deletedItems, rows, request.url)
  })
  app.delete<{ Params: { id: string } }>(
    '/directory/deletedItems/:id',
    { config },
    async (request, reply) => {
      const caller = await requireCaller(world, request)
      requireWriter(caller)
      const { id } = request.params
      const entry = world.registry.deleted().find(({ application }) => application.id === id)
      if (!entry) throw notFound(id)
      world.registry.purge(entry)
      return reply.code(204).send()
    },
  )
}
