/** `/directoryRoles` and their members. https://learn.microsoft.com/graph/api/resources/directoryrole */

import type { FastifyInstance } from 'fastify'
import { directoryRoles, globalAdministrator, type DirectoryRole } from '../../directory/roles.ts'
import type { TenantState } from '../../tenant-state.ts'
import { changeRoles, roles as roleAccess } from '../access.ts'
import { contextOf, listAnswer } from '../protocol/answers.ts'
import { requireAccess } from '../bearer.ts'
import { badBody, badRequest, notFound } from '../errors.ts'
import { findRole, roleType } from '../groups/entity.ts'
import { alternateKey } from '../protocol/paths.ts'
import { readQuery } from '../query.ts'
import { requireAdministrator } from '../users/view.ts'
import { objectType, ofUser, viewObject, viewRole } from './object.ts'
import { readReference } from './reference.ts'

const config = { endpoint: 'directory' } as const
type Route = { Params: { id: string; member: string } }

export function roleRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/directoryRoles', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, roleAccess)
    const query = readQuery(request, roleType)
    return listAnswer(tenant, request, {
      type: roleType,
      objects: directoryRoles,
      query,
      context: 'directoryRoles',
      view: (role) => viewRole(role, caller, query.select),
    })
  })
  app.get<Route>('/directoryRoles/:id', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, roleAccess)
    const query = readQuery(request, roleType, true)
    return {
      '@odata.context': `${contextOf(tenant, 'directoryRoles', query)}/$entity`,
      ...viewRole(requireRole(request.params.id), caller, query.select),
    }
  })
  app.get<Route>('/directoryRoles/:id/members', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, roleAccess)
    const query = readQuery(request, objectType)
    const role = requireRole(request.params.id)
    return listAnswer(tenant, request, {
      type: objectType,
      objects: tenant.directory.membership.roleMembers(role).map(ofUser),
      query,
      context: 'directoryObjects',
      view: (member) => viewObject(member, caller, query.select),
    })
  })
  memberRoutes(app, tenant)
}

function requireRole(key: string): DirectoryRole {
  const alternate = alternateKey(key)
  if (alternate && !/^(id|roleTemplateId)$/i.test(alternate.name)) {
    throw badRequest(`'${alternate.name}' is not a key of type 'microsoft.graph.directoryRole'.`)
  }
  const role = findRole(alternate?.value ?? key)
  if (role) return role
  throw notFound(alternate?.value ?? key)
}

function memberRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post<Route>('/directoryRoles/:id/members/$ref', { config }, async (request, reply) => {
    requireAdministrator(await requireAccess(tenant, request, changeRoles))
    const role = requireRole(request.params.id)
    const id = readReference(request.body)
    if (isMember(role, requireUser(id).id)) {
      throw badBody(
        "One or more added object references already exist for the following modified properties: 'members'.",
      )
    }
    setMember(role, id, true)
    return reply.code(204).send()
  })
  app.delete<Route>(
    '/directoryRoles/:id/members/:member/$ref',
    { config },
    async (request, reply) => {
      requireAdministrator(await requireAccess(tenant, request, changeRoles))
      const role = requireRole(request.params.id)
      const user = requireUser(request.params.member)
      if (!isMember(role, user.id)) throw notFound(user.id)
      setMember(role, user.id, false)
      return reply.code(204).send()
    },
  )

  function requireUser(id: string) {
    const user = tenant.directory.byId(id)
    if (user) return user
    throw notFound(id)
  }

  function isMember(role: DirectoryRole, id: string): boolean {
    return tenant.directory.membership.roleMembers(role).some((member) => member.id === id)
  }

  function setMember(role: DirectoryRole, id: string, isAdmin: boolean): void {
    if (role.id !== globalAdministrator.id) return tenant.directory.setMember(role.id, id, isAdmin)
    const left = tenant.directory.membership.roleMembers(role).length
    // https://learn.microsoft.com/entra/identity/role-based-access-control/best-practices: the last one cannot be removed.
    if (!isAdmin && left === 1) throw badBody('The last Global Administrator cannot be removed.')
    tenant.directory.putUser({ ...requireUser(id), isAdmin })
  }
}
