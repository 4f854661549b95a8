/** `/_tenant/lockouts`: the accounts that wrong passwords have locked. */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { TenantState } from '../../tenant-state.ts'
import { done } from '../answer.ts'
import { requireUser } from './users.ts'

type Route = { Params: { user: string } }

const Lockout = Type.Object({
  user: Type.String({ description: 'the user name' }),
  until: Type.Number({ description: 'ms since the epoch, by the clock of the tenant' }),
})

const tags = ['users']

const config = {
  list: {
    documented: {
      summary: 'The accounts that are locked after wrong passwords',
      tags,
      answer: { schema: Type.Object({ lockouts: Type.Array(Lockout) }) },
    },
  },
  clear: { documented: { summary: 'Unlocks every account', tags } },
  unlock: { documented: { summary: 'Unlocks an account', tags, errors: ['unknown_user'] } },
} as const

export function lockoutRoutes(app: FastifyInstance, tenant: TenantState): void {
  const { directory, lockouts } = tenant
  app.get('/lockouts', { config: config.list }, async () => ({
    lockouts: lockouts.list().flatMap(({ userId, until }) => {
      const user = directory.byId(userId)
      return user ? [{ user: user.userPrincipalName, until }] : []
    }),
  }))
  app.delete('/lockouts', { config: config.clear }, async (request, reply) => {
    lockouts.unlock()
    return done(request, reply)
  })
  app.delete<Route>('/lockouts/:user', { config: config.unlock }, async (request, reply) => {
    lockouts.unlock(requireUser(tenant, request.params.user).id)
    return done(request, reply)
  })
  // Of a form, which has no DELETE.
  app.post<Route>('/lockouts/:user/delete', async (request, reply) => {
    const { id } = requireUser(tenant, request.params.user)
    lockouts.unlock(id)
    return done(request, reply, `/directory?user=${id}#edit`)
  })
}
