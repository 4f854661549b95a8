/** Photos of users. */

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { hasPhoto, portrait } from '../../directory/portrait.ts'
import type { TenantState } from '../../tenant-state.ts'
import { requireCaller, requireScope } from '../bearer.ts'
import { GraphError, notFound } from '../errors.ts'
import { anyUserScopes, ownUserScopes } from '../query.ts'
import { findUser } from './index.ts'

export function photoRoutes(app: FastifyInstance, tenant: TenantState): void {
  const config = { endpoint: 'photo' } as const
  app.get('/me/photo/$value', { config }, async (request, reply) => {
    const caller = await requireCaller(tenant, request)
    requireScope(caller, ownUserScopes)
    return sendPhoto(request, reply, caller.user)
  })
  app.get<{ Params: { id: string } }>(
    '/users/:id/photo/$value',
    { config },
    async (request, reply) => {
      const caller = await requireCaller(tenant, request)
      const user = findUser(tenant, request.params.id)
      requireScope(caller, user?.id === caller.user.id ? ownUserScopes : anyUserScopes)
      if (!user) throw notFound(request.params.id)
      return sendPhoto(request, reply, user)
    },
  )
}

function sendPhoto(request: FastifyRequest, reply: FastifyReply, user: TenantUser): FastifyReply {
  if (!hasPhoto(user)) {
    throw new GraphError(404, 'ImageNotFound', 'The photo was not found.')
  }
  const photo = portrait(user.id)
  const etag = `"${createHash('sha256').update(photo).digest('hex').slice(0, 40)}"`
  reply.headers({ 'cache-control': 'private', etag })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type('image/png').send(photo)
}

/** RFC 9110 section 13.1.2: a list of tags, compared weakly, or `*` for any. */
function isKnown(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}
