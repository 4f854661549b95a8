/** Which users a caller may see, and how much of them. */

import type { FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { fullSelf, fullUsers } from '../access.ts'
import type { Row } from '../protocol/answers.ts'
import {
  checkAccess,
  denied,
  requireAccess,
  requireCaller,
  type Access,
  type AnyCaller,
} from '../bearer.ts'
import { badRequest, notFound } from '../errors.ts'
import type { EntityType } from '../filter/entity.ts'
import { alternateKey } from '../protocol/paths.ts'
import { userType } from './entity.ts'

export type { AnyCaller } from '../bearer.ts'

/** All that `User.ReadBasic.All` shows of another user. */
const basic = ['displayName', 'givenName', 'mail', 'surname', 'userPrincipalName', 'id']

export function permissionsOf(caller: AnyCaller): ReadonlySet<string> {
  return caller.user ? caller.scopes : caller.roles
}

export function hasAny(caller: AnyCaller, wanted: ReadonlySet<string>): boolean {
  return [...permissionsOf(caller)].some((permission) => wanted.has(permission))
}

/** The names of the properties that the caller may see of a user. */
function isVisible(user: TenantUser, caller: AnyCaller): (name: string) => boolean {
  if (hasAny(caller, caller.user?.id === user.id ? fullSelf : fullUsers)) return () => true
  if (permissionsOf(caller).has('User.ReadBasic.All')) return (name) => basic.includes(name)
  // https://learn.microsoft.com/graph/permissions-overview: of members that it may not read, a caller gets type and id.
  return (name) => name === 'id'
}

/**
 * Users for the queries of a caller: by what it may not see, it can neither filter, search nor sort. Developers report 403 for
 * filters, as https://github.com/microsoftgraph/microsoft-graph-toolkit/issues/2602 does; that the others are alike is decided.
 */
export function queryableBy(
  type: EntityType<TenantUser>,
  caller: AnyCaller,
): EntityType<TenantUser> {
  if (hasAny(caller, fullUsers)) return type
  return { ...type, requireQueryable: requireBasic }
}

function requireBasic(name: string): void {
  if (!basic.includes(name)) throw denied()
}

/** Sends the properties that the caller may see; a selected property that it may not see is null. */
export function viewUser(
  user: TenantUser,
  caller: AnyCaller,
  select: readonly string[] | undefined,
): Row {
  const visible = isVisible(user, caller)
  const hasBasic = visible('displayName')
  const usual = visible('jobTitle') || !hasBasic ? userType.usual : basic
  const names = select ?? usual
  requireOwnPermissions(caller, names)
  return Object.fromEntries(
    names.map((name) => [name, visible(name) ? userType.read(user, name) : null]),
  )
}

/** https://learn.microsoft.com/graph/api/resources/signinactivity: @throws GraphError 403 */
function requireOwnPermissions(caller: AnyCaller, names: readonly string[]): void {
  for (const name of names) {
    const permission = userType.properties[name]?.permission
    if (permission !== undefined && !permissionsOf(caller).has(permission)) throw denied()
  }
}

/** https://learn.microsoft.com/entra/identity/users/users-restrict-guest-permissions */
export function refuseGuest({ policies }: TenantState, { user }: AnyCaller): void {
  if (policies.guestsRestricted && user?.userType === 'Guest') throw denied()
}

/**
 * By object id, user principal name, or `(userPrincipalName='…')`.
 *
 * @throws GraphError 400 for another key
 */
export function findUser({ directory }: TenantState, key: string): TenantUser | undefined {
  const alternate = alternateKey(key)
  if (!alternate) return directory.byIdOrName(key)
  if (alternate.name.toLowerCase() === 'userprincipalname') {
    return directory.byUserName(alternate.value)
  }
  if (alternate.name.toLowerCase() === 'id') return directory.byId(alternate.value)
  throw badRequest(`'${alternate.name}' is not a key of type 'microsoft.graph.user'.`)
}

/** The user that `/me/…` or `/users/{id}/…` is about, and who asks. */
export interface Target {
  caller: AnyCaller
  user: TenantUser
}

/**
 * @param own permissions for the caller's own data; they include those of `any`
 * @throws GraphError 401, 403, 404; 400 for `/me` with an app-only token
 */
export async function requireTarget(
  tenant: TenantState,
  request: FastifyRequest,
  { own, any }: { own: Access; any: Access },
): Promise<Target> {
  const key = keyOf(request)
  if (key === undefined) {
    const caller = await requireCaller(tenant, request)
    checkAccess(caller, own)
    return { caller, user: caller.user }
  }
  const caller = await requireAccess(tenant, request, own)
  const user = findUser(tenant, key)
  if (user && user.id === caller.user?.id) return { caller, user }
  checkAccess(caller, any)
  refuseGuest(tenant, caller)
  if (!user) throw notFound(key)
  return { caller, user }
}

function keyOf({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null || !('id' in params)) return undefined
  return String(params.id)
}

/** The addresses of something of the caller and of any user: `/me/manager` and `/users/{id}/manager`. */
export function ofUsers(rest: string): string[] {
  return [`/me${rest}`, `/users/:id${rest}`]
}

/** A caller who is an administrator, or an application, may change anyone; others may not. */
export function requireAdministrator({ user }: AnyCaller): void {
  if (user && !user.isAdmin) throw denied()
}
