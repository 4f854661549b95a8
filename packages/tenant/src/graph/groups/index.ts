/** `/groups`, `/groups/{id}` and who is in them. https://learn.microsoft.com/graph/api/resources/group */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TenantGroup } from '../../directory/groups.ts'
import type { TenantState } from '../../tenant-state.ts'
import { groups as groupAccess } from '../access.ts'
import { contextOf, graphUrl, listAnswer, sendCount } from '../protocol/answers.ts'
import { requireAccess } from '../bearer.ts'
import { groupExpansion } from '../directory/expand.ts'
import {
  castOf,
  ofGroup,
  ofMembers,
  ofUser,
  queriedType,
  viewGroup,
  viewObject,
  type DirectoryObject,
} from '../directory/object.ts'
import { badRequest, notFound, type GraphError } from '../errors.ts'
import { alternateKey } from '../protocol/paths.ts'
import { propertyRoutes } from '../protocol/property-values.ts'
import { readQuery } from '../query.ts'
import { expandedContext } from '../users/index.ts'
import { refuseGuest } from '../users/view.ts'
import { groupType } from './entity.ts'

const config = { endpoint: 'groups' } as const

/** @param unknownAddress what Graph answers to a segment that is no property */
export function groupRoutes(
  app: FastifyInstance,
  tenant: TenantState,
  unknownAddress: (request: FastifyRequest) => GraphError,
): void {
  app.get('/groups', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, groupAccess)
    refuseGuest(tenant, caller)
    const query = readQuery(request, groupType)
    const expand = groupExpansion(tenant, query)
    return listAnswer(tenant, request, {
      type: groupType,
      objects: tenant.directory.groups,
      query,
      context: expandedContext('groups', query),
      view: (group) => ({ ...viewGroup(group, caller, query.select), ...expand(group, caller) }),
    })
  })
  app.get('/groups/$count', { config }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, groupAccess)
    refuseGuest(tenant, caller)
    return sendCount(request, reply, groupType, tenant.directory.groups)
  })
  app.get<{ Params: { id: string } }>('/groups/:id', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, groupAccess)
    const group = requireGroup(tenant, request.params.id)
    const query = readQuery(request, groupType, true)
    const expand = groupExpansion(tenant, query)
    return {
      '@odata.context': `${contextOf(tenant, expandedContext('groups', query), query)}/$entity`,
      ...viewGroup(group, caller, query.select),
      ...expand(group, caller),
    }
  })
  const read = async (request: FastifyRequest, name: string) => {
    const caller = await requireAccess(tenant, request, groupAccess)
    const group = requireGroup(tenant, (request.params as { id: string }).id)
    return { ...viewGroup(group, caller, [name]), id: group.id }
  }
  const source = { type: () => groupType, set: 'groups', endpoint: 'groups', read } as const
  propertyRoutes(app, tenant, '/groups/:id', source, unknownAddress)
  for (const [name, related] of Object.entries(relationships)) {
    relationRoutes(app, tenant, name, related)
  }
}

/** By object id, or `(uniqueName='…')`. @throws GraphError 400 for another key, 404 */
export function requireGroup({ directory }: TenantState, key: string): TenantGroup {
  const alternate = alternateKey(key)
  const group = alternate ? byAlternate(directory.groups, alternate) : directory.group(key)
  if (group) return group
  throw notFound(alternate?.value ?? key)
}

function byAlternate(
  groups: readonly TenantGroup[],
  { name, value }: { name: string; value: string },
): TenantGroup | undefined {
  if (name.toLowerCase() === 'id') return groups.find(({ id }) => id === value.toLowerCase())
  if (name.toLowerCase() === 'uniquename') {
    return groups.find((group) => groupType.read(group, 'uniqueName') === value)
  }
  throw badRequest(`'${name}' is not a key of type 'microsoft.graph.group'.`)
}

type Related = (tenant: TenantState, group: TenantGroup) => readonly DirectoryObject[]

const relationships: Readonly<Record<string, Related>> = {
  members: ({ directory }, group) => ofMembers(directory.membership.membersOf(group)),
  transitiveMembers: ({ directory }, group) => ofMembers(directory.membership.allMembersOf(group)),
  owners: ({ directory }, { owners }) =>
    owners
      .map((id) => directory.byId(id))
      .filter((user) => user !== undefined)
      .map(ofUser),
  memberOf: ({ directory }, group) => directory.membership.groupsOf(group).map(ofGroup),
  transitiveMemberOf: ({ directory }, group) =>
    directory.membership.allGroupsOf(group).map(ofGroup),
}

type Route = { Params: { id: string; cast?: string } }

/** The list, with and without a cast to a type, its number, and its references. */
function relationRoutes(
  app: FastifyInstance,
  tenant: TenantState,
  name: string,
  related: Related,
): void {
  const base = `/groups/:id/${name}`
  for (const url of [base, `${base}/:cast`]) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireAccess(tenant, request, groupAccess)
      const cast = castOf(request.params.cast)
      const type = queriedType(cast)
      const query = readQuery(request, type)
      return listAnswer(tenant, request, {
        type,
        objects: found(tenant, request.params, related),
        query,
        context: cast ? `${cast}s` : 'directoryObjects',
        view: (each) => viewObject(each, caller, query.select),
      })
    })
  }
  for (const url of [`${base}/$count`, `${base}/:cast/$count`]) {
    app.get<Route>(url, { config }, async (request, reply) => {
      await requireAccess(tenant, request, groupAccess)
      const type = queriedType(castOf(request.params.cast))
      return sendCount(request, reply, type, found(tenant, request.params, related))
    })
  }
  app.get<Route>(`${base}/$ref`, { config }, async (request) => {
    await requireAccess(tenant, request, groupAccess)
    const type = queriedType(undefined)
    const query = readQuery(request, type)
    const answer = listAnswer(tenant, request, {
      type,
      objects: found(tenant, request.params, related),
      query,
      context: 'directoryObjects',
      view: ({ object }) => ({
        '@odata.id': `${graphUrl(tenant)}/directoryObjects/${object.id}`,
      }),
    })
    return { ...answer, '@odata.context': `${graphUrl(tenant)}/$metadata#Collection($ref)` }
  })
}

function found(
  tenant: TenantState,
  { id, cast }: { id: string; cast?: string },
  related: Related,
): readonly DirectoryObject[] {
  const wanted = castOf(cast)
  const objects = related(tenant, requireGroup(tenant, id))
  return wanted ? objects.filter(({ type }) => type === wanted) : objects
}
