import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '@gatehouse/fastify'
import { Organisation } from '@gatehouse/shared/organisation'
import { api } from '@gatehouse/shared/paths'

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
  app.get(api.organisation, { schema: { response: { 200: Organisation } } }, async (request) => ({
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
