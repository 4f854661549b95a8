/** `/api/sessions`: where a user is signed in, and the end of it. For the signed-in, each for their own. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { api } from '@gatehouse/shared/paths'
import { OwnSessions } from '@gatehouse/shared/sessions'
import { ProblemError } from '../../problem.ts'
import type { Ends } from './ends.ts'
import type { Session } from './open-sessions.ts'
import { sessionsUnavailable } from './refusals.ts'
import { StoreError } from '../store/store.ts'

export interface OwnSessionsOptions {
  ends: Ends
  sessionOf(request: FastifyRequest): Session
  /** @throws StoreError */
  end(id: string): Promise<void>
}

const Handle = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) })

export default async function ownSessions(
  app: FastifyInstance,
  { ends, sessionOf, end }: OwnSessionsOptions,
): Promise<void> {
  app.addHook('onRequest', app.requireSignIn)
  app.setErrorHandler((error) => {
    throw error instanceof StoreError ? sessionsUnavailable(error) : error
  })

  app.get(api.sessions, { schema: { response: { 200: OwnSessions } } }, async (request) => {
    const { user, secrets } = sessionOf(request)
    const list = await ends.list(user)
    return {
      sessions: list.map(({ handles, id, device, startedAt, seenAt }) => ({
        id: handles[0] ?? '',
        device,
        startedAt: new Date(startedAt).toISOString(),
        lastSeenAt: new Date(seenAt).toISOString(),
        current: id === secrets.id,
      })),
    }
  })

  app.delete(api.sessions, async (request, reply) => {
    const { user, secrets } = sessionOf(request)
    const count = await ends.endAll(user, secrets.id)
    request.log.info({ event: 'other_sessions_ended', count }, 'Other sessions ended')
    return reply.code(204).send()
  })

  app.delete(`${api.sessions}/:id`, { schema: { params: Handle } }, async (request, reply) => {
    const { id: handle } = request.params as { id: string }
    const own = await ends.list(sessionOf(request).user)
    const found = own.find(({ handles }) => handles.includes(handle))
    if (!found) throw new ProblemError('not_found', 'You have no such session.')
    await end(found.id)
    request.log.info({ event: 'session_ended' }, 'A session was ended from another one')
    return reply.code(204).send()
  })
}
