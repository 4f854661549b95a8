import { createHash } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { FastifyInstance } from 'fastify'
import { api } from '@gatehouse/shared/paths'

const Params = Type.Object({
  id: Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }),
})

/** Graph's own are 4 to 100 kB; what is larger is no picture for the side of a name. */
const maxBytes = 512 * 1024

export default async function userPhoto(app: FastifyInstance): Promise<void> {
  const options = { schema: { params: Params }, config: { reachedBy: 'image' } } as const
  app.get<{ Params: Static<typeof Params> }>(api.userPhoto, options, async (request, reply) => {
    const path = `/users/${encodeURIComponent(request.params.id)}/photo/$value`
    const { type, bytes } = await request.imageFromApi('graph', path, { maxBytes })
    const etag = `"${createHash('sha256').update(request.user.objectId).update(bytes).digest('base64url')}"`
    // Kept by this browser alone, for this user alone: the cookie is part of what it is kept under.
    reply.headers({ 'cache-control': 'private, max-age=300', vary: 'Cookie', etag })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type(type).send(bytes)
  })
}
