import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { handle, ProblemError } from '@gatehouse/fastify'
import { endpoints } from '@gatehouse/shared/endpoints'

/** https://learn.microsoft.com/graph/api/organization-list */
const Organizations = Type.Object({
  value: Type.Array(
    Type.Object({
      id: Type.String(),
      displayName: Type.String({ minLength: 1, maxLength: 256 }),
    }),
  ),
})

/** The name of the organisation. No token has it, so Graph is asked. */
export default async function organisation(app: FastifyInstance): Promise<void> {
  handle(app, endpoints['GET /api/organisation'], async (request) => ({
    tenantId: request.user.tenantId,
    name: await nameOf(request),
  }))
}

/** Null for every failure of Graph: a page is complete without the name. */
async function nameOf(request: FastifyRequest): Promise<string | null> {
  try {
    const { value } = await request.callApi('graph', '/organization', {
      query: { $select: 'id,displayName' },
      answer: Organizations,
    })
    return value.find(({ id }) => id.toLowerCase() === request.user.tenantId)?.displayName ?? null
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === 'sign_in_required') throw error
    request.log.info({ err: error, event: 'organisation_unknown' }, 'No name of the organisation')
    return null
  }
}
