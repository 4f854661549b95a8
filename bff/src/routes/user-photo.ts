import type { FastifyInstance } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ProblemError } from '@gatehouse/fastify'
import { api } from '@gatehouse/shared/paths'

const Params = Type.Object({
  id: Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }),
})

/** Graph's photos have 4 to 100 kB. */
const maxBytes = 512 * 1024

export default async function userPhoto(app: FastifyInstance): Promise<void> {
  const options = { schema: { params: Params }, config: { allowFrom: 'image' } } as const
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  typed.get(api.userPhoto, options, async (request, reply) => {
    const path = `/users/${encodeURIComponent(request.params.id)}/photo/$value`
    try {
      const { type, bytes } = await request.imageFromApi('graph', path, { maxBytes })
      // `no-store`, as every answer about a person: a photo in the browser's cache would outlive the sign-out.
      // A page that is open shows it again without a request.
      return await reply.type(type).send(bytes)
    } catch (error) {
      // Half of the users have no photo. For an <img>, an error would fill the browser's console.
      const isImage = request.headers['sec-fetch-dest'] === 'image'
      if (!isImage || !(error instanceof ProblemError) || error.code !== 'not_found') throw error
      return reply.code(204).send()
    }
  })
}
