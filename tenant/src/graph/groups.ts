/** `getMemberGroups`: the groups of a user, also of one who has too many for a token. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantUser } from '../directory/user.ts'
import type { World } from '../world.ts'
import { requireCaller, requireScope, type Caller } from './bearer.ts'
import { badRequest, notFound } from './errors.ts'
import { anyUserScopes, ownUserScopes } from './properties.ts'
import { findUser } from './users.ts'

const groupScopes = ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All']

export function groupRoutes(app: FastifyInstance, world: World): void {
  const config = { endpoint: 'groups' } as const
  app.post('/me/getMemberGroups', { config }, async (request) => {
    const caller = await requireCaller(world, request)
    requireScope(caller, [...ownUserScopes, ...groupScopes])
    return groupsOf(world, request, caller.user)
  })
  app.post<{ Params: { id: string } }>(
    '/users/:id/getMemberGroups',
    { config },
    async (request) => {
      const caller = await requireCaller(world, request)
      const user = findUser(world, request.params.id)
      requireGroupScopes(caller, user)
      if (!user) throw notFound(request.params.id)
      return groupsOf(world, request, user)
    },
  )
}

/** https://learn.microsoft.com/graph/api/directoryobject-getmembergroups: of others, to see both them and groups. */
function requireGroupScopes(caller: Caller, user: TenantUser | undefined): void {
  if (user?.id === caller.user.id) return requireScope(caller, [...ownUserScopes, ...groupScopes])
  requireScope(caller, groupScopes)
  requireScope(caller, anyUserScopes)
}

/** All groups of this tenant are security groups, so that the answer is the same either way. */
function groupsOf(world: World, { body }: FastifyRequest, { groups }: TenantUser) {
  const only = typeof body === 'object' && body !== null && 'securityEnabledOnly' in body && body
  if (!only || typeof only.securityEnabledOnly !== 'boolean') {
    throw badRequest("The parameter 'securityEnabledOnly' is missing or not a Boolean.")
  }
  return {
    '@odata.context': `${world.origin}/v1.0/$metadata#Collection(Edm.String)`,
    value: groups,
  }
}
