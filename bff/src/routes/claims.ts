import type { FastifyInstance } from 'fastify'
import { Claims } from '@gatehouse/contract/claims'
import { api } from '@gatehouse/shared/paths'

export default async function claims(app: FastifyInstance): Promise<void> {
  app.get(api.claims, { schema: { response: { 200: Claims } } }, async (request) => {
    const { receivedAt, ...verified } = await request.idToken()
    return { ...verified, receivedAt: new Date(receivedAt).toISOString() }
  })
}
