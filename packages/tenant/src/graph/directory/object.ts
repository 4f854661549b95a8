/**
 * Directory objects of several types in one list: users, groups and roles.
 * https://learn.microsoft.com/graph/api/resources/directoryobject
 */

import { allDevices, type TenantDevice } from '../../devices/devices.ts'
import type { TenantGroup } from '../../directory/groups.ts'
import type { Members } from '../../directory/membership.ts'
import type { DirectoryRole } from '../../directory/roles.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import type { Row } from '../protocol/answers.ts'
import { badRequest } from '../errors.ts'
import type { EntityType } from '../filter/entity.ts'
import { deviceType } from '../devices/entity.ts'
import { findRole, groupType, roleType } from '../groups/entity.ts'
import { userType } from '../users/entity.ts'
import { permissionsOf, viewUser, type AnyCaller } from '../users/view.ts'
import { devices as readDevices, groups as readGroups, roles as readRoles } from '../access.ts'

export type DirectoryObject =
  | { type: 'user'; object: TenantUser }
  | { type: 'group'; object: TenantGroup }
  | { type: 'directoryRole'; object: DirectoryRole }
  | { type: 'device'; object: TenantDevice }

export type ObjectTypeName = DirectoryObject['type']

export const ofUser = (object: TenantUser): DirectoryObject => ({ type: 'user', object })
export const ofGroup = (object: TenantGroup): DirectoryObject => ({ type: 'group', object })
export const ofRole = (object: DirectoryRole): DirectoryObject => ({
  type: 'directoryRole',
  object,
})

export const ofDevice = (object: TenantDevice): DirectoryObject => ({ type: 'device', object })

export function ofMembers({ users, groups }: Members): DirectoryObject[] {
  return [...users.map(ofUser), ...groups.map(ofGroup)]
}

export function findObject({ directory }: TenantState, id: string): DirectoryObject | undefined {
  const user = directory.byId(id)
  if (user) return ofUser(user)
  const group = directory.group(id)
  if (group) return ofGroup(group)
  const role = findRole(id)
  if (role) return ofRole(role)
  const device = allDevices(directory.users).byId.get(id.toLowerCase())
  return device && ofDevice(device)
}

function read({ type, object }: DirectoryObject, name: string): unknown {
  if (type === 'user') return userType.read(object, name)
  if (type === 'group') return groupType.read(object, name)
  if (type === 'device') return deviceType.read(object, name)
  return roleType.read(object, name)
}

const properties = {
  ...deviceType.properties,
  ...roleType.properties,
  ...groupType.properties,
  ...userType.properties,
}

/** Any of them: what a query can name is what one of the types has. */
export const objectType: EntityType<DirectoryObject> = {
  name: 'directoryObject',
  resource: 'DirectoryObject',
  properties,
  usual: ['id', 'deletedDateTime'],
  sorts: { displayName: 'advanced' },
  countable: [],
  read,
}

const types: Readonly<Record<ObjectTypeName, EntityType<never>>> = {
  user: userType,
  group: groupType,
  directoryRole: roleType,
  device: deviceType,
}

/** The type of a cast such as `microsoft.graph.group`; undefined without a cast. @throws GraphError 400 */
export function castOf(segment: string | undefined): ObjectTypeName | undefined {
  if (segment === undefined) return undefined
  const name = /^microsoft\.graph\.(\w+)$/i.exec(segment)?.[1]?.toLowerCase()
  const type = Object.keys(types).find((known) => known.toLowerCase() === name)
  if (type) return type as ObjectTypeName
  throw badRequest(`Resource not found for the segment '${segment}'.`)
}

/** The type by which a list of such objects is queried. */
export function queriedType(cast: ObjectTypeName | undefined): EntityType<DirectoryObject> {
  if (cast === undefined) return objectType
  const { name, resource, properties: own, usual, countable } = types[cast]
  const sorts = { displayName: 'advanced' } as const
  return { name, resource, properties: own, usual, sorts, countable, read }
}

/** An object as the caller may see it, with its type in front. */
export function viewObject(
  each: DirectoryObject,
  caller: AnyCaller,
  select: readonly string[] | undefined,
): Row {
  return { '@odata.type': `#microsoft.graph.${each.type}`, ...viewPlain(each, caller, select) }
}

function viewPlain(
  { type, object }: DirectoryObject,
  caller: AnyCaller,
  select: readonly string[] | undefined,
): Row {
  const names = select?.filter((name) => Object.hasOwn(types[type].properties, name))
  if (type === 'user') return viewUser(object, caller, names)
  if (type === 'group') return viewGroup(object, caller, names)
  if (type === 'device') return viewDevice(object, caller, names)
  return viewRole(object, caller, names)
}

export function viewGroup(
  group: TenantGroup,
  caller: AnyCaller,
  select: readonly string[] | undefined,
): Row {
  return viewIf(may(caller, readGroups.delegated), groupType, group, select)
}

/** Callers see devices of their own with `User.Read` too: https://learn.microsoft.com/graph/api/user-list-owneddevices */
export function viewDevice(
  device: TenantDevice,
  caller: AnyCaller,
  select: readonly string[] | undefined,
): Row {
  const isOwn = caller.user?.id === device.ownerId
  return viewIf(isOwn || may(caller, readDevices.application), deviceType, device, select)
}

export function viewRole(
  role: DirectoryRole,
  caller: AnyCaller,
  select: readonly string[] | undefined,
): Row {
  return viewIf(may(caller, readRoles.delegated), roleType, role, select)
}

function may(caller: AnyCaller, permissions: readonly string[]): boolean {
  return permissions.some((permission) => permissionsOf(caller).has(permission))
}

/** https://learn.microsoft.com/graph/permissions-overview: of objects that it may not read, a caller gets type and id. */
function viewIf<T>(
  isVisible: boolean,
  type: EntityType<T>,
  object: T,
  select: readonly string[] | undefined,
): Row {
  const names = select ?? type.usual
  return Object.fromEntries(
    names.map((name) => [name, isVisible || name === 'id' ? type.read(object, name) : null]),
  )
}
