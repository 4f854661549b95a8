import type { FastifyInstance } from 'fastify'
import { Me } from '@gatehouse/shared/me'
import { api, userPhoto } from '@gatehouse/shared/paths'

export default async function me(app: FastifyInstance): Promise<void> {
  app.get(api.me, { schema: { response: { 200: Me } } }, async (request) => ({
    ...request.user,
    organisationName: await request.organisationName(),
    photoUrl: userPhoto(request.user.objectId),
  }))
}
