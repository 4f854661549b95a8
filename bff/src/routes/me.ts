import type { FastifyInstance } from 'fastify'
import { handle } from '@gatehouse/fastify'
import { endpoints } from '@gatehouse/shared/endpoints'
import { userPhoto } from '@gatehouse/shared/paths'

export default async function me(app: FastifyInstance): Promise<void> {
  handle(app, endpoints['GET /api/me'], async ({ user }) => ({
    name: user.name,
    username: user.username,
    objectId: user.objectId,
    tenantId: user.tenantId,
    photoUrl: userPhoto(user.objectId),
    roles: user.roles,
    guest: user.guest,
  }))
}
