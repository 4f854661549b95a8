/** Creates, changes and deletes users. https://learn.microsoft.com/graph/api/user-post-users, user-update, user-delete */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { emptyProfile, userValue } from '../../directory/profile.ts'
import { newUser, type TenantUser } from '../../directory/user.ts'
import { endSessions } from '../../entra/authorize/accounts.ts'
import type { TenantState } from '../../tenant-state.ts'
import { changeUsers, deleteUsers, revokeSessions, updateSelf, updateUsers } from '../access.ts'
import { contextOf, graphUrl } from '../protocol/answers.ts'
import { checkAccess, denied, requireAccess } from '../bearer.ts'
import { readObject, requireProperties } from '../protocol/body.ts'
import { idOfReference } from '../directory/reference.ts'
import { notFound } from '../errors.ts'
import { checkExtensionValues, userTypeOf } from '../extensions/user-type.ts'
import { ownProperties, userType } from './entity.ts'
import { checkUser } from './rules.ts'
import { findUser, ofUsers, requireAdministrator, requireTarget, viewUser } from './view.ts'

type Route = { Params: { id: string } }
type Properties = Readonly<Record<string, unknown>>

const config = { endpoint: 'users' } as const
const required = ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName']

export function userWriteRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post('/users', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeUsers)
    requireAdministrator(caller)
    const { properties, bound } = readObject(request.body, userTypeOf(tenant), ['manager'])
    const user = createUser(tenant, properties)
    const [managerId] = (bound['manager'] ?? []).map(idOfReference)
    if (managerId !== undefined && !tenant.directory.byId(managerId)) throw notFound(managerId)
    tenant.directory.putUser(user)
    if (managerId !== undefined) tenant.directory.setManager(user.id, managerId)
    return reply
      .code(201)
      .header(
        'location',
        `${graphUrl(tenant)}/directoryObjects/${user.id}/Microsoft.DirectoryServices.User`,
      )
      .send({
        '@odata.context': `${contextOf(tenant, 'users')}/$entity`,
        ...viewUser(user, caller, userType.usual),
      })
  })
  app.patch('/me', { config }, async (request, reply) => update(tenant, request, reply))
  app.patch<Route>('/users/:id', { config }, async (request, reply) =>
    update(tenant, request, reply),
  )
  app.delete<Route>('/users/:id', { config }, async (request, reply) => {
    requireAdministrator(await requireAccess(tenant, request, deleteUsers))
    const user = findUser(tenant, request.params.id)
    if (!user) throw notFound(request.params.id)
    tenant.directory.deleteUser(user.id)
    return reply.code(204).send()
  })
  for (const url of ofUsers('/revokeSignInSessions')) {
    app.post(url, { config }, async (request) => {
      const access = { own: revokeSessions, any: revokeSessions }
      const { caller, user } = await requireTarget(tenant, request, access)
      if (user.id !== caller.user?.id) requireAdministrator(caller)
      endSessions(tenant, user.id)
      const at = timeNow(tenant)
      tenant.directory.putUser(withProfile(user, { signInSessionsValidFromDateTime: at }))
      return { '@odata.context': contextOf(tenant, 'Edm.Boolean'), value: true }
    })
  }
}

async function update(
  tenant: TenantState,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { caller, user } = await requireTarget(tenant, request, {
    own: updateSelf,
    any: updateUsers,
  })
  const { properties } = readObject(request.body, userTypeOf(tenant))
  const isSelf = user.id === caller.user?.id
  if (!isSelf || caller.user?.isAdmin) {
    requireAdministrator(caller)
    checkAccess(caller, isSelf ? updateSelf : updateUsers)
  } else if (Object.keys(properties).some((name) => !ownProperties.includes(name))) {
    // A user without a role changes what is personal, and nothing that the organisation decides.
    throw denied()
  }
  const changed = changeUser(tenant, user, properties)
  tenant.directory.putUser(changed)
  if (changed.password !== user.password) endSessions(tenant, user.id)
  return reply.code(204).send()
}

function createUser(tenant: TenantState, properties: Properties): TenantUser {
  requireProperties(properties, required, 'User')
  checkUser(tenant, properties, undefined)
  checkExtensionValues(tenant, properties)
  return assigned(blankUser(tenant), properties)
}

/** A new user, with `null` for all that is not said. */
export function blankUser(tenant: TenantState): TenantUser {
  const now = timeNow(tenant)
  return newUser({
    id: newId(),
    displayName: '',
    userPrincipalName: '',
    profile: {
      ...emptyProfile,
      createdDateTime: now,
      lastPasswordChangeDateTime: now,
      signInSessionsValidFromDateTime: now,
    },
  })
}

/** @throws GraphError 400 */
function changeUser(tenant: TenantState, user: TenantUser, properties: Properties): TenantUser {
  checkUser(tenant, properties, user)
  checkExtensionValues(tenant, properties)
  const changed = assigned(user, properties)
  if (changed.password === user.password) return changed
  const at = timeNow(tenant)
  const times = { lastPasswordChangeDateTime: at, signInSessionsValidFromDateTime: at }
  return withProfile(changed, times)
}

function assigned(user: TenantUser, properties: Properties): TenantUser {
  const { passwordProfile, ...others } = properties
  const own: Record<string, unknown> = {}
  const profile: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(others)) {
    if (Object.hasOwn(user, name)) own[name] = value
    // An extension without a value is none: Graph leaves it out.
    else if (value === null && name.startsWith('extension_')) profile[name] = undefined
    else profile[name] = merged(user, name, value)
  }
  // `proxyAddresses` and the like are made of these, so they are not written apart.
  const changed = withProfile({ ...user, ...own }, profile)
  const password = passwordOf(passwordProfile)
  return password === undefined ? changed : { ...changed, password }
}

/** Of these properties, members that a request leaves out stay as they are. */
const mergedProperties = ['onPremisesExtensionAttributes', 'employeeOrgData']

function merged(user: TenantUser, name: string, value: unknown): unknown {
  if (value === null || !mergedProperties.includes(name)) return value
  return { ...Object(userValue(user, name)), ...Object(value) }
}

function passwordOf(passwordProfile: unknown): string | undefined {
  if (typeof passwordProfile !== 'object' || passwordProfile === null) return undefined
  const { password } = passwordProfile as { password?: unknown }
  return typeof password === 'string' ? password : undefined
}

function withProfile(user: TenantUser, profile: Properties): TenantUser {
  return { ...user, profile: { ...user.profile, ...profile } }
}

/** Without a photo: `hasPhoto` is about the last digit. */
function newId(): string {
  const id = randomUUID()
  const last = parseInt(id.slice(-1), 16) | 1
  return id.slice(0, -1) + last.toString(16)
}

export function timeNow({ now }: TenantState): string {
  return `${new Date(now()).toISOString().slice(0, 19)}Z`
}
