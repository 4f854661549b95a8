import type { FastifyInstance } from 'fastify'
import { handle } from '@gatehouse/fastify'
import { endpoints } from '@gatehouse/shared/endpoints'

export default async function claims(app: FastifyInstance): Promise<void> {
  handle(app, endpoints['GET /api/claims'], async (request) => {
    const { receivedAt, ...verified } = await request.idToken()
    return { ...verified, receivedAt: new Date(receivedAt).toISOString() }
  })
}
