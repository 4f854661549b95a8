/**
 * The groups and roles of a user or group: `memberOf`, `transitiveMemberOf`, and the actions that give or check ids.
 * https://learn.microsoft.com/graph/api/user-list-memberof, directoryobject-getmembergroups
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantGroup } from '../../directory/groups.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import {
  anyUser,
  groups as groupAccess,
  memberships,
  ownMembershipIds,
  ownMemberships,
} from '../access.ts'
import { graphUrl, listAnswer, sendCount } from '../protocol/answers.ts'
import { checkAccess, requireAccess, requireCaller } from '../bearer.ts'
import {
  castOf,
  findObject,
  ofGroup,
  ofRole,
  queriedType,
  viewObject,
  type DirectoryObject,
} from '../directory/object.ts'
import { badBody, badRequest, notFound, unsupportedQuery } from '../errors.ts'
import { readQuery } from '../query.ts'
import { findUser, ofUsers, requireTarget, type Target } from '../users/view.ts'

const config = { endpoint: 'groups' } as const

type Route = { Params: { cast?: string; name?: string } }

export function memberOfRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const isTransitive of [false, true]) {
    const name = isTransitive ? '/transitiveMemberOf' : '/memberOf'
    for (const url of ofUsers(name).flatMap((base) => [base, `${base}/:cast`])) {
      app.get<Route>(url, { config }, async (request) => {
        const { caller, user } = await requireMemberships(tenant, request)
        const cast = castOf(request.params.cast)
        const type = queriedType(cast)
        const query = readQuery(request, type)
        return listAnswer(tenant, request, {
          type,
          objects: containersOf(tenant, user, isTransitive, cast),
          query,
          context: cast ? `${cast}s` : 'directoryObjects',
          view: (each) => viewObject(each, caller, query.select),
        })
      })
    }
    for (const url of ofUsers(name).flatMap((base) => [`${base}/$count`, `${base}/:cast/$count`])) {
      app.get<Route>(url, { config }, async (request, reply) => {
        const { user } = await requireMemberships(tenant, request)
        const cast = castOf(request.params.cast)
        return sendCount(
          request,
          reply,
          queriedType(cast),
          containersOf(tenant, user, isTransitive, cast),
        )
      })
    }
  }
  actionRoutes(app, tenant)
}

async function requireMemberships(tenant: TenantState, request: FastifyRequest): Promise<Target> {
  return requireTarget(tenant, request, { own: ownMemberships, any: memberships })
}

function containersOf(
  { directory: { membership } }: TenantState,
  user: TenantUser,
  isTransitive: boolean,
  cast: DirectoryObject['type'] | undefined,
): DirectoryObject[] {
  const groups = isTransitive ? membership.allGroupsOf(user) : membership.groupsOf(user)
  const all = [...groups.map(ofGroup), ...membership.rolesOf(user).map(ofRole)]
  return cast ? all.filter(({ type }) => type === cast) : all
}

interface Action {
  /** Of the ids that the body may name, or of all: groups, or roles too. */
  withRoles: boolean
  /** `ids` or `groupIds` for an action that checks; it answers those of them that are right. */
  checks?: 'ids' | 'groupIds'
}

const actions: Readonly<Record<string, Action>> = {
  getMemberGroups: { withRoles: false },
  getMemberObjects: { withRoles: true },
  checkMemberGroups: { withRoles: false, checks: 'groupIds' },
  checkMemberObjects: { withRoles: true, checks: 'ids' },
}

function actionRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const [name, action] of Object.entries(actions)) {
    app.post(`/me/${name}`, { config }, async (request) => {
      const caller = await requireCaller(tenant, request)
      checkAccess(caller, ownMembershipIds)
      return answer(tenant, request, action, caller.user)
    })
    app.post<{ Params: { id: string } }>(`/users/:id/${name}`, { config }, async (request) => {
      const { user } = await requireOther(tenant, request, request.params.id)
      return answer(tenant, request, action, user)
    })
    app.post<{ Params: { id: string } }>(`/groups/:id/${name}`, { config }, async (request) => {
      await requireAccess(tenant, request, groupAccess)
      const group = tenant.directory.group(request.params.id)
      if (!group) throw notFound(request.params.id)
      return answer(tenant, request, action, group)
    })
    app.post<{ Params: { id: string } }>(
      `/directoryObjects/:id/${name}`,
      { config },
      async (request) => {
        const found = findObject(tenant, request.params.id)
        if (found?.type === 'group') {
          await requireAccess(tenant, request, groupAccess)
          return answer(tenant, request, action, found.object)
        }
        const { user } = await requireOther(tenant, request, request.params.id)
        return answer(tenant, request, action, user)
      },
    )
  }
}

/** https://learn.microsoft.com/graph/api/directoryobject-getmembergroups: for other users, permission to read both users and groups. */
async function requireOther(tenant: TenantState, request: FastifyRequest, key: string) {
  const caller = await requireAccess(tenant, request, ownMembershipIds)
  const user = findUser(tenant, key)
  if (!user || user.id !== caller.user?.id) {
    checkAccess(caller, memberships)
    checkAccess(caller, { ...anyUser, application: memberships.application })
  }
  if (!user) throw notFound(key)
  return { user }
}

/** The page sets these bounds. */
const mostChecked = 20
const mostIds = 11_000

function answer(
  tenant: TenantState,
  { body }: FastifyRequest,
  { withRoles, checks }: Action,
  member: TenantUser | TenantGroup,
) {
  const { membership } = tenant.directory
  const wanted = checks && readIds(body, checks)
  const securityOnly = checks ? false : readSecurityOnly(body)
  const groups = membership
    .allGroupsOf(member)
    .filter(({ securityEnabled }) => securityEnabled || !securityOnly)
  const roles = withRoles ? membership.rolesOf(member) : []
  const ids = [...groups, ...roles].map(({ id }) => id)
  if (ids.length > mostIds) {
    throw unsupportedQuery('The number of groups is more than the action can return.')
  }
  const held = new Set(ids)
  return {
    '@odata.context': `${graphUrl(tenant)}/$metadata#Collection(Edm.String)`,
    value: wanted ? wanted.filter((id) => held.has(id.toLowerCase())) : ids,
  }
}

function readSecurityOnly(body: unknown): boolean {
  const only = typeof body === 'object' && body !== null && 'securityEnabledOnly' in body && body
  if (only && typeof only.securityEnabledOnly === 'boolean') return only.securityEnabledOnly
  throw badRequest("The parameter 'securityEnabledOnly' is missing or not a Boolean.")
}

function readIds(body: unknown, name: 'ids' | 'groupIds'): string[] {
  const ids: unknown =
    typeof body === 'object' && body !== null
      ? Object.entries(body).find(([key]) => key === name)?.[1]
      : undefined
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) {
    throw badRequest(`The parameter '${name}' is missing or not a list of strings.`)
  }
  if (ids.length > mostChecked) {
    throw badBody(`The parameter '${name}' has more than ${mostChecked} values.`)
  }
  return ids as string[]
}
