/** Photos: about half of the users have one, always the same. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { TenantUser } from '../directory/user.ts'
import type { World } from '../world.ts'
import { requireCaller, requireScope } from './bearer.ts'
import { GraphError, notFound } from './errors.ts'
import { portrait } from './portrait.ts'
import { anyUserScopes, ownUserScopes } from './properties.ts'
import { findUser } from './users.ts'

export function photoRoutes(app: FastifyInstance, world: World): void {
  const config = { endpoint: 'photo' } as const
  app.get('/me/photo/$value', { config }, async (request, reply) => {
    const caller = await requireCaller(world, request)
    requireScope(caller, ownUserScopes)
    return sendPhoto(reply, caller.user)
  })
  app.get<{ Params: { id: string } }>(
    '/users/:id/photo/$value',
    { config },
    async (request, reply) => {
      const caller = await requireCaller(world, request)
      const user = findUser(world, request.params.id)
      requireScope(caller, user?.id === caller.user.id ? ownUserScopes : anyUserScopes)
      if (!user) throw notFound(request.params.id)
      return sendPhoto(reply, user)
    },
  )
}

function sendPhoto(reply: FastifyReply, user: TenantUser): FastifyReply {
  if (!hasPhoto(user)) {
    throw new GraphError(404, 'ImageNotFound', 'The photo was not found.')
  }
  return reply.type('image/png').header('cache-control', 'private').send(portrait(user.id))
}

function hasPhoto({ id }: TenantUser): boolean {
  return parseInt(id.slice(-1), 16) % 2 === 0
}
