import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Organisation } from '@gatehouse/shared/organisation'
import { api } from '@gatehouse/shared/paths'
import { ProblemError } from '@gatehouse/fastify'

/** https://learn.microsoft.com/graph/api/organization-list */
const Organizations = Type.Object({
  value: Type.Array(
    Type.Object({
      id: Type.String(),
      displayName: Type.String({ minLength: 1, maxLength: 256 }),
    }),
  ),
})

/** What the organisation is called: Graph knows it, and no token carries it. */
export default async function organisation(app: FastifyInstance): Promise<void> {
  app.get(api.organisation, { schema: { response: { 200: Organisation } } }, async (request) => ({
    tenantId: request.user.tenantId,
    name: await nameOf(request),
  }))
}

/** A page is complete without the name: whatever keeps Graph from giving it is no failure of the page. */
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
