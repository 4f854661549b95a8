import type { FastifyInstance } from 'fastify'
import { Me } from '@gatehouse/shared/me'
import { api, userPhoto } from '@gatehouse/shared/paths'

export default async function me(app: FastifyInstance): Promise<void> {
  app.get(api.me, { schema: { response: { 200: Me } } }, async ({ user }) => ({
    name: user.name,
    username: user.username,
    objectId: user.objectId,
    tenantId: user.tenantId,
    photoUrl: userPhoto(user.objectId),
    roles: user.roles,
    guest: user.guest,
  }))
}
