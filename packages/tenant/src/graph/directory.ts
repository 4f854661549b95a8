import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { World } from '../world.ts'
import { type Caller, requireCaller, requireScope } from './bearer.ts'
import {
  anyUserScopes,
  ownUserScopes,
  parseOptions,
  parseSelect,
  prepareOrders,
  view,
} from './query.ts'
import { userDomain } from '../directory/generate.ts'
import type { TenantUser } from '../directory/directory.ts'
import { badRequest, notFound } from './errors.ts'
import { findUser } from './users.ts'
import { columnOf, searchable } from './columns.ts'

export function meRoute(app: FastifyInstance, world: World): void {
  app.get('/me', { config: { endpoint: 'me' } }, async (request) => {
    const caller = await requireCaller(world, request)
    requireScope(caller, ownUserScopes)
    const select = parseSelect(parseOptions(request.url).$select)
    return {
      '@odata.context': `${world.origin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`,
      ...view(caller.user, caller, select),
    }
  })
}

const scopes = ['User.Read', 'User.ReadWrite', 'Organization.Read.All', 'Directory.Read.All']

export function organizationRoute(app: FastifyInstance, world: World): void {
  app.get('/organization', { config: { endpoint: 'organization' } }, async (request) => {
    requireScope(await requireCaller(world, request), scopes)
    return {
      '@odata.context': `${world.origin}/v1.0/$metadata#organization`,
      value: [
        {
          id: world.tenantId,
          displayName: world.tenantName,
          tenantType: 'AAD',
          verifiedDomains: [
            { name: userDomain, type: 'Managed', isDefault: true, isInitial: true },
          ],
        },
      ],
    }
  })
}

// `getMemberGroups`: the groups of a user, also of one who has too many for a token.

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

// Makes a list of users ready to be asked for: a directory of 100 000 would otherwise answer its first requests late.

export function prepareQueries(users: readonly TenantUser[]): readonly TenantUser[] {
  prepareOrders(users)
  for (const name of searchable) columnOf(users, name)
  return users
}
