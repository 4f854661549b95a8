/** Adds and removes members and owners of groups. https://learn.microsoft.com/graph/api/group-post-members, group-delete-members */

import type { FastifyInstance } from 'fastify'
import { isDynamic, type TenantGroup } from '../../directory/groups.ts'
import type { TenantState } from '../../tenant-state.ts'
import { changeGroups, changeMembers } from '../access.ts'
import { requireAccess } from '../bearer.ts'
import { readReference } from '../directory/reference.ts'
import { badBody, notFound } from '../errors.ts'
import { requireGroup } from './index.ts'
import { dynamicMembers, requireOwner } from './write.ts'

type Route = { Params: { id: string; member: string } }

const config = { endpoint: 'groups' } as const

export function referenceRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post<Route>('/groups/:id/members/$ref', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeMembers)
    const group = requireGroup(tenant, request.params.id)
    requireOwner(group, caller)
    const id = readReference(request.body)
    addMember(tenant, group, id)
    return reply.code(204).send()
  })
  app.delete<Route>('/groups/:id/members/:member/$ref', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeMembers)
    const group = requireGroup(tenant, request.params.id)
    const id = request.params.member.toLowerCase()
    // Members may leave a group that no rule fills.
    if (caller.user?.id !== id) requireOwner(group, caller)
    if (!isMember(tenant, group, id)) throw notFound(id)
    if (isDynamic(group)) throw dynamicMembers()
    tenant.directory.setMember(group.id, id, false)
    return reply.code(204).send()
  })
  app.post<Route>('/groups/:id/owners/$ref', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeGroups)
    const group = requireGroup(tenant, request.params.id)
    requireOwner(group, caller)
    const id = readReference(request.body)
    if (!tenant.directory.byId(id)) throw notFound(id)
    if (group.owners.includes(id)) throw existing('owners')
    tenant.directory.putGroup({ ...group, owners: [...group.owners, id] })
    return reply.code(204).send()
  })
  app.delete<Route>('/groups/:id/owners/:member/$ref', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeGroups)
    const group = requireGroup(tenant, request.params.id)
    requireOwner(group, caller)
    const id = request.params.member.toLowerCase()
    if (!group.owners.includes(id)) throw notFound(id)
    // https://learn.microsoft.com/graph/api/group-delete-owners: a user who is the last owner cannot be removed.
    if (group.owners.length === 1) {
      throw badBody('The group must have at least one owner, hence this owner cannot be removed.')
    }
    const owners = group.owners.filter((owner) => owner !== id)
    tenant.directory.putGroup({ ...group, owners })
    return reply.code(204).send()
  })
}

function existing(relationship: string) {
  return badBody(
    `One or more added object references already exist for the following modified properties: '${relationship}'.`,
  )
}

function isMember({ directory }: TenantState, group: TenantGroup, id: string): boolean {
  const member = directory.byId(id) ?? directory.group(id)
  return (
    member !== undefined &&
    directory.membership.groupsOf(member).some((container) => container.id === group.id)
  )
}

/** @throws GraphError 400, 404 */
function addMember(tenant: TenantState, group: TenantGroup, id: string): void {
  const { directory } = tenant
  const nested = directory.group(id)
  if (!directory.byId(id) && !nested) throw notFound(id)
  if (isDynamic(group)) throw dynamicMembers()
  // The page's table: a Microsoft 365 group has users only, and no group has itself.
  if (nested && (group.groupTypes.includes('Unified') || nested.id === group.id)) {
    throw badBody('The object cannot be a member of this group.')
  }
  if (isMember(tenant, group, id)) throw existing('members')
  directory.setMember(group.id, id, true)
}
