/** Creates, changes and deletes groups. https://learn.microsoft.com/graph/api/group-post-groups, group-update, group-delete */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { isDynamic, newGroup, type TenantGroup } from '../../directory/groups.ts'
import type { TenantState } from '../../tenant-state.ts'
import { changeGroups, changeRoles, createGroups } from '../access.ts'
import { contextOf, graphUrl } from '../protocol/answers.ts'
import { checkAccess, denied, requireAccess } from '../bearer.ts'
import { readObject, requireProperties } from '../protocol/body.ts'
import { viewGroup } from '../directory/object.ts'
import { idOfReference } from '../directory/reference.ts'
import { badBody, invalidValue, notFound, objectConflict } from '../errors.ts'
import { timeNow } from '../users/write.ts'
import type { AnyCaller } from '../users/view.ts'
import { groupType } from './entity.ts'
import { requireGroup } from './index.ts'

type Route = { Params: { id: string } }
type Properties = Readonly<Record<string, unknown>>

const config = { endpoint: 'groups' } as const
const required = ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled']
/** The page: at most 20 owners and members with the group. */
const mostBound = 20

export function groupWriteRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post('/groups', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, createGroups)
    const { properties, bound } = readObject(request.body, groupType, ['members', 'owners'])
    requireProperties(properties, required, 'Group')
    const members = boundIds(tenant, bound['members'])
    const owners = boundIds(tenant, bound['owners'])
    checkNew(tenant, properties, caller)
    const group = assigned(newGroup(randomUUID(), '', timeNow(tenant)), properties)
    const isUnified = group.groupTypes.includes('Unified')
    const creator = caller.user && (isUnified || !caller.user.isAdmin) ? [caller.user.id] : []
    tenant.directory.putGroup({
      ...group,
      ...(group.mailEnabled ? { mail: `${group.mailNickname}@${tenant.domain}` } : {}),
      visibility: group.visibility ?? (isUnified ? 'Public' : null),
      owners: owners.length > 0 ? owners : creator,
    })
    for (const member of members) tenant.directory.setMember(group.id, member, true)
    const created = requireGroup(tenant, group.id)
    return reply
      .code(201)
      .header(
        'location',
        `${graphUrl(tenant)}/directoryObjects/${group.id}/Microsoft.DirectoryServices.Group`,
      )
      .send({
        '@odata.context': `${contextOf(tenant, 'groups')}/$entity`,
        ...viewGroup(created, caller, undefined),
      })
  })
  app.patch<Route>('/groups/:id', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeGroups)
    const group = requireGroup(tenant, request.params.id)
    requireOwner(group, caller)
    const { properties, bound } = readObject(request.body, groupType, ['members'])
    const members = boundIds(tenant, bound['members'])
    checkChange(tenant, group, properties)
    if (members.length > 0 && isDynamic(group)) throw dynamicMembers()
    if (Object.keys(properties).length > 0) tenant.directory.putGroup(assigned(group, properties))
    for (const member of members) tenant.directory.setMember(group.id, member, true)
    return reply.code(204).send()
  })
  app.delete<Route>('/groups/:id', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, changeGroups)
    const group = requireGroup(tenant, request.params.id)
    requireOwner(group, caller)
    tenant.directory.deleteGroup(group.id)
    return reply.code(204).send()
  })
}

/**
 * An administrator, an owner of the group, or an application; for a role-assignable group only those who manage roles.
 *
 * @throws GraphError 403
 */
export function requireOwner(group: TenantGroup, caller: AnyCaller): void {
  const { user } = caller
  if (user && !user.isAdmin && !group.owners.includes(user.id)) throw denied()
  // https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept
  if (group.isAssignableToRole) checkAccess(caller, changeRoles)
}

/** The page does not say how the directory refuses members of a dynamic group; this is decided here. */
export function dynamicMembers() {
  return badBody('The members of a dynamic group follow its rule and cannot be changed.')
}

function boundIds(tenant: TenantState, references: readonly unknown[] = []): string[] {
  if (references.length > mostBound) {
    throw badBody(`At most ${mostBound} objects can be bound in one request.`)
  }
  const ids = [...new Set(references.map(idOfReference))]
  const missing = ids.find((id) => !tenant.directory.byId(id) && !tenant.directory.group(id))
  if (missing !== undefined) throw notFound(missing)
  return ids
}

function checkNew(tenant: TenantState, properties: Properties, caller: AnyCaller): void {
  checkValues(tenant, properties, undefined)
  const types = Array.isArray(properties['groupTypes']) ? properties['groupTypes'] : []
  const { mailEnabled, securityEnabled, isAssignableToRole } = properties
  const isUnified = types.includes('Unified')
  const isDynamicGroup = types.includes('DynamicMembership')
  // Graph makes Microsoft 365 groups and security groups; the others are Exchange's.
  if (isUnified ? mailEnabled !== true : mailEnabled === true || securityEnabled !== true) {
    throw badBody(
      'The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.',
    )
  }
  if (isDynamicGroup !== (typeof properties['membershipRule'] === 'string')) {
    throw invalidValue('membershipRule', 'Group')
  }
  if (isAssignableToRole !== true) return
  checkAccess(caller, changeRoles)
  if (caller.user && !caller.user.isAdmin) throw denied()
  // https://learn.microsoft.com/graph/api/resources/group: also security-enabled, and not dynamic.
  if (securityEnabled !== true || isDynamicGroup) throw invalidValue('isAssignableToRole', 'Group')
}

function checkChange(tenant: TenantState, group: TenantGroup, properties: Properties): void {
  checkValues(tenant, properties, group)
  // https://learn.microsoft.com/graph/api/resources/group: set when the group is created, and never again.
  if (
    'isAssignableToRole' in properties &&
    properties['isAssignableToRole'] !== group.isAssignableToRole
  ) {
    throw badBody("Property 'isAssignableToRole' is read-only and cannot be set.").withDetail(
      'ReadOnly',
      'isAssignableToRole',
    )
  }
  if ('mailEnabled' in properties && properties['mailEnabled'] !== group.mailEnabled) {
    throw invalidValue('mailEnabled', 'Group')
  }
}

const visibilities = ['Private', 'Public', 'HiddenMembership']

function checkValues(
  { directory }: TenantState,
  properties: Properties,
  group: TenantGroup | undefined,
): void {
  const { mailNickname, groupTypes, visibility, uniqueName } = properties
  if (typeof mailNickname === 'string') {
    if (/[@()\\[\]";:<>, ]|[^\p{ASCII}]/u.test(mailNickname)) {
      throw invalidValue('mailNickname', 'Group')
    }
    const wanted = mailNickname.toLowerCase()
    const holder = directory.groups.find(
      (other) => other.mailEnabled && other.mailNickname.toLowerCase() === wanted,
    )
    const takesMail = group?.mailEnabled ?? properties['mailEnabled']
    if (takesMail && holder && holder.id !== group?.id) throw objectConflict('mailNickname')
  }
  if (
    Array.isArray(groupTypes) &&
    groupTypes.some((type) => type !== 'Unified' && type !== 'DynamicMembership')
  ) {
    throw invalidValue('groupTypes', 'Group')
  }
  if (
    typeof visibility === 'string' &&
    !visibilities.some((one) => one.toLowerCase() === visibility.toLowerCase())
  ) {
    throw invalidValue('visibility', 'Group')
  }
  if (typeof uniqueName !== 'string') return
  const holder = directory.groups.find(
    (other) => groupType.read(other, 'uniqueName') === uniqueName,
  )
  if (holder && holder.id !== group?.id) throw objectConflict('uniqueName')
}

function assigned(group: TenantGroup, properties: Properties): TenantGroup {
  const own: Record<string, unknown> = {}
  const profile: Record<string, unknown> = { ...group.profile }
  for (const [name, value] of Object.entries(properties)) {
    if (Object.hasOwn(group, name)) own[name] = value
    else profile[name] = value
  }
  return { ...group, ...own, profile }
}
