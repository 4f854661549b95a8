/** `/me`, `/users`, `/users/{id}` and `/users/$count`. https://learn.microsoft.com/graph/api/resources/user */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { anyUser, ownUserOnly } from '../access.ts'
import { contextOf, listAnswer, sendCount } from '../protocol/answers.ts'
import { requireAccess } from '../bearer.ts'
import type { GraphError } from '../errors.ts'
import { userExpansion } from '../directory/expand.ts'
import { propertyRoutes } from '../protocol/property-values.ts'
import { readQuery, type Query } from '../query.ts'
import { userTypeOf } from '../extensions/user-type.ts'
import { queryableBy, refuseGuest, requireTarget, viewUser } from './view.ts'

/** @param unknownAddress what Graph answers to a segment that is no property */
export function usersRoutes(
  app: FastifyInstance,
  tenant: TenantState,
  unknownAddress: (request: FastifyRequest) => GraphError,
): void {
  const config = { endpoint: 'users' } as const
  app.get('/users', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, anyUser)
    refuseGuest(tenant, caller)
    const type = queryableBy(userTypeOf(tenant), caller)
    const query = readQuery(request, type)
    const expand = userExpansion(tenant, query)
    return listAnswer(tenant, request, {
      type,
      objects: tenant.directory.users,
      query,
      context: expandedContext('users', query),
      view: (user) => ({ ...viewUser(user, caller, query.select), ...expand(user, caller) }),
    })
  })

  app.get('/users/$count', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, anyUser)
    refuseGuest(tenant, caller)
    const type = queryableBy(userTypeOf(tenant), caller)
    return sendCount(request, reply, type, tenant.directory.users)
  })

  for (const [url, endpoint] of [
    ['/me', 'me'],
    ['/users/:id', 'users'],
  ] as const) {
    app.get(url, { config: { endpoint } }, async (request) => {
      const { caller, user } = await requireTarget(tenant, request, {
        own: ownUserOnly,
        any: anyUser,
      })
      const query = readQuery(request, userTypeOf(tenant), true)
      const expand = userExpansion(tenant, query)
      return {
        '@odata.context': `${contextOf(tenant, expandedContext('users', query), query)}/$entity`,
        ...viewUser(user, caller, query.select),
        ...expand(user, caller),
      }
    })
    const read = async (request: FastifyRequest, name: string) => {
      const access = { own: ownUserOnly, any: anyUser }
      const { caller, user } = await requireTarget(tenant, request, access)
      return { ...viewUser(user, caller, [name]), id: user.id }
    }
    const source = { type: () => userTypeOf(tenant), set: 'users', endpoint, read }
    propertyRoutes(app, tenant, url, source, unknownAddress)
  }
}

/** `users(manager())` if an answer without `$select` has expanded objects. */
export function expandedContext(name: string, { options: { $expand }, select }: Query): string {
  const [, expanded] = /^\s*(\w+)/.exec($expand ?? '') ?? []
  return expanded === undefined || select ? name : `${name}(${expanded}())`
}
