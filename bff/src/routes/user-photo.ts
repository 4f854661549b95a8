import { createHash } from 'node:crypto'
import { Type, type Static } from 'typebox'
import type { FastifyInstance } from 'fastify'
import { api } from '@gatehouse/shared/paths'
import { ProblemError } from '@gatehouse/fastify'

const Params = Type.Object({
  id: Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }),
})

/** Graph's own are 4 to 100 kB; what is larger is no picture for the side of a name. */
const maxBytes = 512 * 1024

/** Kept by this browser alone, for this user alone: the cookie is part of what it is kept under. */
const keep = { 'cache-control': 'private, max-age=300', vary: 'Cookie' }

export default async function userPhoto(app: FastifyInstance): Promise<void> {
  const options = { schema: { params: Params }, config: { allowFrom: 'image' } } as const
  app.get<{ Params: Static<typeof Params> }>(api.userPhoto, options, async (request, reply) => {
    const path = `/users/${encodeURIComponent(request.params.id)}/photo/$value`
    try {
      const { type, bytes } = await request.imageFromApi('graph', path, { maxBytes })
      const etag = etagOf(request.user.objectId, bytes)
      reply.headers({ ...keep, etag })
      if (request.headers['if-none-match'] === etag) return await reply.code(304).send()
      return await reply.type(type).send(bytes)
    } catch (error) {
      // Half of all people have none. For an <img> that is no failure to write into its console.
      const isImage = request.headers['sec-fetch-dest'] === 'image'
      if (!isImage || !(error instanceof ProblemError) || error.code !== 'not_found') throw error
      return reply.headers(keep).code(204).send()
    }
  })
}

function etagOf(userId: string, bytes: Uint8Array): string {
  return `"${createHash('sha256').update(userId).update(bytes).digest('base64url')}"`
}
