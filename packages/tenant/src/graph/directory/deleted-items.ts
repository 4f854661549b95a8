/**
 * `/directory/deletedItems`: deleted users and Microsoft 365 groups, until they are restored or deleted for good.
 * https://learn.microsoft.com/graph/api/directory-deleteditems-list
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantGroup } from '../../directory/groups.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { anyUser, changeGroups, deleteUsers, groups as groupAccess, managers } from '../access.ts'
import { contextOf, listAnswer } from '../protocol/answers.ts'
import { requireAccess, type Access } from '../bearer.ts'
import { notFound, objectConflict } from '../errors.ts'
import { groupType } from '../groups/entity.ts'
import { readQuery } from '../query.ts'
import { userType } from '../users/entity.ts'
import { requireAdministrator, viewUser } from '../users/view.ts'
import { ofGroup, ofUser, viewGroup, viewObject, type DirectoryObject } from './object.ts'

const config = { endpoint: 'directory' } as const
type Route = { Params: { id: string } }

export function deletedItemRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/directory/deletedItems/microsoft.graph.user', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, managers)
    const query = readQuery(request, userType)
    const select = query.select ?? [...userType.usual, 'deletedDateTime']
    return listAnswer(tenant, request, {
      type: userType,
      objects: tenant.directory.deletedUsers.list().map(deletedUser),
      query,
      context: 'users',
      view: (user) => viewUser(user, caller, select),
    })
  })
  app.get('/directory/deletedItems/microsoft.graph.group', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, groupAccess)
    const query = readQuery(request, groupType)
    return listAnswer(tenant, request, {
      type: groupType,
      objects: tenant.directory.deletedGroups.list().map(deletedGroup),
      query,
      context: 'groups',
      view: (group) => viewGroup(group, caller, query.select),
    })
  })
  app.get<Route>('/directory/deletedItems/:id', { config }, async (request) => {
    const deleted = findDeleted(tenant, request.params.id)
    const access = deleted?.type === 'group' ? groupAccess : anyUser
    const caller = await requireAccess(tenant, request, access)
    if (!deleted) throw notFound(request.params.id)
    return {
      '@odata.context': `${contextOf(tenant, 'directoryObjects')}/$entity`,
      ...viewObject(deleted, caller, undefined),
    }
  })
}

/**
 * Takes a deleted user or group back.
 *
 * @returns undefined for an id that is none of theirs. @throws GraphError 400, 401, 403
 */
export async function restoreDeleted(
  tenant: TenantState,
  request: FastifyRequest,
  id: string,
): Promise<object | undefined> {
  const deleted = findDeleted(tenant, id)
  if (!deleted) return undefined
  const caller = await requireAccess(tenant, request, accessOf(deleted))
  requireAdministrator(caller)
  restore(tenant, deleted)
  const { object } = deleted
  return {
    '@odata.context': `${contextOf(tenant, 'directoryObjects')}/$entity`,
    ...viewObject(
      deleted.type === 'user'
        ? ofUser(tenant.directory.byId(object.id) ?? deleted.object)
        : ofGroup(tenant.directory.group(object.id) ?? (deleted.object as TenantGroup)),
      caller,
      undefined,
    ),
  }
}

/**
 * Deletes a deleted user or group for good.
 *
 * @returns false for an id that is none of theirs. @throws GraphError 401, 403
 */
export async function purgeDeleted(
  tenant: TenantState,
  request: FastifyRequest,
  id: string,
): Promise<boolean> {
  const deleted = findDeleted(tenant, id)
  if (!deleted) return false
  requireAdministrator(await requireAccess(tenant, request, accessOf(deleted)))
  const { deletedUsers, deletedGroups } = tenant.directory
  return (deleted.type === 'user' ? deletedUsers : deletedGroups).purge(deleted.object.id)
}

function accessOf(deleted: DirectoryObject | undefined): Access {
  return deleted?.type === 'group' ? changeGroups : deleteUsers
}

type DeletedObject<T> = { object: T; deletedAt: number }

/** A deleted user frees the user name, which gets the id in front, as in Entra. */
function deletedUser({ object, deletedAt }: DeletedObject<TenantUser>): TenantUser {
  return {
    ...object,
    userPrincipalName: object.id.replaceAll('-', '') + object.userPrincipalName,
    profile: { ...object.profile, deletedDateTime: timeOf(deletedAt) },
  }
}

function deletedGroup({ object, deletedAt }: DeletedObject<TenantGroup>): TenantGroup {
  return { ...object, profile: { ...object.profile, deletedDateTime: timeOf(deletedAt) } }
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function findDeleted({ directory }: TenantState, id: string): DirectoryObject | undefined {
  const wanted = id.toLowerCase()
  const user = directory.deletedUsers.list().find(({ object }) => object.id === wanted)
  if (user) return ofUser(deletedUser(user))
  const group = directory.deletedGroups.list().find(({ object }) => object.id === wanted)
  return group && ofGroup(deletedGroup(group))
}

/** @throws GraphError 400 if another user has taken the user name */
function restore({ directory }: TenantState, { type, object }: DirectoryObject): void {
  if (type !== 'user') {
    directory.deletedGroups.restore(object.id)
    return
  }
  const name = object.userPrincipalName.slice(object.id.replaceAll('-', '').length)
  if (directory.byUserName(name)) throw objectConflict('userPrincipalName')
  directory.deletedUsers.restore(object.id)
}
