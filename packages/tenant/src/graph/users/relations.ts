/** The manager of a user. https://learn.microsoft.com/graph/api/user-list-manager */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { changeUsers, managers } from '../access.ts'
import { contextOf, graphUrl } from '../protocol/answers.ts'
import { requireAccess } from '../bearer.ts'
import { objectType, ofUser, viewObject } from '../directory/object.ts'
import { readReference } from '../directory/reference.ts'
import { invalidValue, notFound } from '../errors.ts'
import { readQuery } from '../query.ts'
import { findUser, ofUsers, requireAdministrator, requireTarget } from './view.ts'

const config = { endpoint: 'users' } as const

export function relationRoutes(app: FastifyInstance, tenant: TenantState): void {
  const access = { own: managers, any: managers }
  for (const url of ofUsers('/manager')) {
    app.get(url, { config }, async (request) => {
      const { caller, user } = await requireTarget(tenant, request, access)
      const query = readQuery(request, objectType, true)
      const manager = managerOf(user.id)
      return {
        '@odata.context': `${contextOf(tenant, 'directoryObjects', query)}/$entity`,
        ...viewObject(ofUser(manager), caller, query.select),
      }
    })
    app.get(`${url}/$ref`, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, access)
      const manager = managerOf(user.id)
      return {
        '@odata.context': `${graphUrl(tenant)}/$metadata#$ref`,
        '@odata.id': `${graphUrl(tenant)}/directoryObjects/${manager.id}/Microsoft.DirectoryServices.User`,
      }
    })
  }
  assignRoutes(app, tenant)

  function managerOf(id: string) {
    const user = tenant.directory.byId(id)
    const manager = user && tenant.directory.managers.managerOf(user)
    if (!manager) throw notFound('manager')
    return manager
  }
}

/** @throws GraphError 401, 403, 404 */
async function userToChange(
  tenant: TenantState,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<TenantUser> {
  requireAdministrator(await requireAccess(tenant, request, changeUsers))
  const user = findUser(tenant, request.params.id)
  if (!user) throw notFound(request.params.id)
  return user
}

function assignRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.put<{ Params: { id: string } }>(
    '/users/:id/manager/$ref',
    { config },
    async (request, reply) => {
      const user = await userToChange(tenant, request)
      const managerId = readReference(request.body)
      const manager = tenant.directory.byId(managerId)
      if (!manager) throw notFound(managerId)
      // Nobody is the own manager: the directory refuses the reference as invalid.
      if (manager.id === user.id) throw invalidValue('manager', 'User')
      tenant.directory.setManager(user.id, manager.id)
      return reply.code(204).send()
    },
  )
  app.delete<{ Params: { id: string } }>(
    '/users/:id/manager/$ref',
    { config },
    async (request, reply) => {
      const user = await userToChange(tenant, request)
      if (!tenant.directory.managers.managerOf(user)) throw notFound('manager')
      tenant.directory.setManager(user.id, undefined)
      return reply.code(204).send()
    },
  )
}
