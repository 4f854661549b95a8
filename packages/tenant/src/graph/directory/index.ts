/** `/me`, `/organization` and `getMemberGroups`. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { userDomain } from '../../directory/generate.ts'
import type { TenantState } from '../../tenant-state.ts'
import { requireCaller, requireScope, type Caller } from '../bearer.ts'
import { badRequest, notFound } from '../errors.ts'
import {
  anyUserScopes,
  ownUserScopes,
  parseOptions,
  parseSelect,
  prepareOrders,
  view,
} from '../query.ts'
import { columnOf, searchable } from '../filter/search.ts'
import { findUser } from '../users/index.ts'

export function meRoute(app: FastifyInstance, tenant: TenantState): void {
  app.get('/me', { config: { endpoint: 'me' } }, async (request) => {
    const caller = await requireCaller(tenant, request)
    requireScope(caller, ownUserScopes)
    const select = parseSelect(parseOptions(request.url).$select)
    return {
      '@odata.context': `${tenant.origin}/v1.0/$metadata#users${select ? `(${select.join(',')})` : ''}/$entity`,
      ...view(caller.user, caller, select),
    }
  })
}

const scopes = ['User.Read', 'User.ReadWrite', 'Organization.Read.All', 'Directory.Read.All']

export function organizationRoute(app: FastifyInstance, tenant: TenantState): void {
  app.get('/organization', { config: { endpoint: 'organization' } }, async (request) => {
    requireScope(await requireCaller(tenant, request), scopes)
    return {
      '@odata.context': `${tenant.origin}/v1.0/$metadata#organization`,
      value: [
        {
          id: tenant.tenantId,
          displayName: tenant.tenantName,
          tenantType: 'AAD',
          verifiedDomains: [
            { name: userDomain, type: 'Managed', isDefault: true, isInitial: true },
          ],
        },
      ],
    }
  })
}

const groupScopes = ['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All']

/** `getMemberGroups`: the groups of a user, also if they are too many for a token. */
export function groupRoutes(app: FastifyInstance, tenant: TenantState): void {
  const config = { endpoint: 'groups' } as const
  app.post('/me/getMemberGroups', { config }, async (request) => {
    const caller = await requireCaller(tenant, request)
    requireScope(caller, [...ownUserScopes, ...groupScopes])
    return groupsOf(tenant, request, caller.user)
  })
  app.post<{ Params: { id: string } }>(
    '/users/:id/getMemberGroups',
    { config },
    async (request) => {
      const caller = await requireCaller(tenant, request)
      const user = findUser(tenant, request.params.id)
      requireGroupScopes(caller, user)
      if (!user) throw notFound(request.params.id)
      return groupsOf(tenant, request, user)
    },
  )
}

/** https://learn.microsoft.com/graph/api/directoryobject-getmembergroups: for other users, permission to read both users and groups. */
function requireGroupScopes(caller: Caller, user: TenantUser | undefined): void {
  if (user?.id === caller.user.id) return requireScope(caller, [...ownUserScopes, ...groupScopes])
  requireScope(caller, groupScopes)
  requireScope(caller, anyUserScopes)
}

/** All groups of this tenant are security groups, so `securityEnabledOnly` changes nothing. */
function groupsOf(tenant: TenantState, { body }: FastifyRequest, { groups }: TenantUser) {
  const only = typeof body === 'object' && body !== null && 'securityEnabledOnly' in body && body
  if (!only || typeof only.securityEnabledOnly !== 'boolean') {
    throw badRequest("The parameter 'securityEnabledOnly' is missing or not a Boolean.")
  }
  return {
    '@odata.context': `${tenant.origin}/v1.0/$metadata#Collection(Edm.String)`,
    value: groups,
  }
}

/** Prepares orders and searches, because a directory of 100 000 would answer its first requests late. */
export function prepareQueries(users: readonly TenantUser[]): readonly TenantUser[] {
  prepareOrders(users)
  for (const name of searchable) columnOf(users, name)
  return users
}
