/**
 * `/users/delta` and `/groups/delta`: everything first, and then what has changed.
 * https://learn.microsoft.com/graph/delta-query-overview
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Change } from '../../directory/changes/change-log.ts'
import type { TenantGroup } from '../../directory/groups.ts'
import type { TenantUser } from '../../directory/user.ts'
import { isSealed } from '../../seal.ts'
import type { TenantState } from '../../tenant-state.ts'
import { anyUser, groups as groupAccess } from '../access.ts'
import { addressOf, contextOf, graphUrl, type Row } from '../protocol/answers.ts'
import { requireAccess } from '../bearer.ts'
import { badRequest, GraphError, unsupportedQuery } from '../errors.ts'
import type { EntityType } from '../filter/entity.ts'
import { groupType } from '../groups/entity.ts'
import { parseOptions, parseSelect, type Options } from '../query.ts'
import { userTypeOf } from '../extensions/user-type.ts'
import { refuseGuest, viewUser, type AnyCaller } from '../users/view.ts'
import { findObject, viewGroup } from './object.ts'

export function deltaRoutes(app: FastifyInstance, tenant: TenantState): void {
  const users: Tracked<TenantUser> = {
    type: 'user',
    get entity() {
      return userTypeOf(tenant)
    },
    list: () => tenant.directory.users,
    get: (id) => tenant.directory.byId(id),
    view: viewUser,
    isKept: (id) => tenant.directory.deletedUsers.list().some(({ object }) => object.id === id),
  }
  const groups: Tracked<TenantGroup> = {
    type: 'group',
    entity: groupType,
    list: () => tenant.directory.groups,
    get: (id) => tenant.directory.group(id),
    view: viewGroup,
    isKept: (id) => tenant.directory.deletedGroups.list().some(({ object }) => object.id === id),
  }
  app.get('/users/delta', { config: { endpoint: 'users' } }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, anyUser)
    refuseGuest(tenant, caller)
    reply.header('preference-applied', preferenceOf(request))
    return delta(tenant, request, caller, users)
  })
  app.get('/groups/delta', { config: { endpoint: 'groups' } }, async (request, reply) => {
    const caller = await requireAccess(tenant, request, groupAccess)
    refuseGuest(tenant, caller)
    reply.header('preference-applied', preferenceOf(request))
    return delta(tenant, request, caller, groups)
  })
}

interface Tracked<T> {
  type: Change['type']
  entity: EntityType<T>
  list(): readonly T[]
  get(id: string): T | undefined
  view(object: T, caller: AnyCaller, select: readonly string[] | undefined): Row
  /** Whether a deleted object can be restored. */
  isKept(id: string): boolean
}

/** What a token holds: the query, and how far it has come. */
interface State {
  select: readonly string[] | undefined
  ids: readonly string[] | undefined
  /** Of the log of changes: another one after a start, a reset or an import. */
  generation: string
  /** Of the change up to which everything was sent. */
  number: number
  /** While everything is sent: the place of the next object. */
  start?: number
}

const pageSize = 100
const largestPage = 999

/** `Prefer: odata.maxpagesize`: of lists of the directory, only delta queries honour it. */
function pageSizeOf({ headers }: FastifyRequest): number {
  const [, size] = /odata\.maxpagesize\s*=\s*(\d{1,6})/i.exec(String(headers.prefer)) ?? []
  return size === undefined ? pageSize : Math.min(Math.max(Number(size), 1), largestPage)
}

/** The preferences that are honoured, as `Preference-Applied` says them. */
function preferenceOf({ headers }: FastifyRequest): string | undefined {
  const known = String(headers.prefer).match(
    /odata\.maxpagesize\s*=\s*\d{1,6}|return\s*=\s*minimal/gi,
  )
  return known?.join(', ')
}

/** `Prefer: return=minimal`: only the properties that changed. https://learn.microsoft.com/graph/api/user-delta */
function isMinimal({ headers }: FastifyRequest): boolean {
  return /return\s*=\s*minimal/i.test(String(headers.prefer))
}

function delta<T extends { id: string }>(
  tenant: TenantState,
  request: FastifyRequest,
  caller: AnyCaller,
  tracked: Tracked<T>,
) {
  const options = parseOptions(request.url)
  const state = stateOf(tenant, options, tracked)
  const address = addressOf(tenant, request)
  const context = { '@odata.context': contextOf(tenant, `${tracked.type}s`, state) }
  const link = (name: string, next: State) =>
    `${address}?${name}=${tenant.seal.seal(purpose(tracked.type), next)}`
  const end = { ...state, number: tenant.directory.changes.latest() }
  if (state.start === undefined) {
    const value = changedRows(tenant, caller, tracked, state, isMinimal(request))
    return { ...context, '@odata.deltaLink': link('$deltatoken', end), value }
  }
  if (options.$deltatoken === 'latest') {
    const { start: _, ...rest } = end
    return { ...context, '@odata.deltaLink': link('$deltatoken', rest), value: [] }
  }
  const { start, ...rest } = state
  const wanted = state.ids
  const objects = wanted ? tracked.list().filter(({ id }) => wanted.includes(id)) : tracked.list()
  const next = start + pageSizeOf(request)
  const value = objects
    .slice(start, next)
    .map((object) => fullRow(tenant, caller, tracked, object, state.select))
  if (next < objects.length) {
    return { ...context, '@odata.nextLink': link('$skiptoken', { ...state, start: next }), value }
  }
  // Changes since the first page come with the delta link.
  return { ...context, '@odata.deltaLink': link('$deltatoken', rest), value }
}

const purpose = (type: string) => `${type} delta`

function stateOf<T>(tenant: TenantState, options: Options, tracked: Tracked<T>): State {
  const { $deltatoken, $skiptoken, $select, $filter } = options
  const token = $skiptoken ?? $deltatoken
  // An empty one is the same as none: so begins the address that a refused token is answered with.
  if (token && token !== 'latest') return openState(tenant, token, tracked.type)
  for (const name of ['$search', '$orderby', '$top', '$count', '$expand'] as const) {
    // https://learn.microsoft.com/graph/api/user-delta: $select, and $filter by id only.
    if (options[name] !== undefined && !(name === '$expand' && tracked.type === 'group')) {
      throw badRequest(`The query parameter '${name}' is not supported.`)
    }
  }
  // Members come beside the properties in any case.
  const names = $select?.split(',').filter((name) => name.trim().toLowerCase() !== 'members')
  const select = names && parseSelect(names.length > 0 ? names.join(',') : 'id', tracked.entity)
  return {
    select: select && [...new Set([...select, 'id'])],
    ids: idsOf($filter),
    generation: tenant.directory.changes.generation(),
    number: tenant.directory.changes.latest(),
    start: 0,
  }
}

/** The page: `id eq '…' or id eq '…'`, at most 50 of them. */
const mostIds = 50

function idsOf(filter: string | undefined): string[] | undefined {
  if (filter === undefined) return undefined
  const clauses = filter
    .split(/\s+or\s+/i)
    .map((clause) => /^\s*id\s+eq\s+'([^']*)'\s*$/i.exec(clause))
  const ids = clauses.map((clause) => clause?.[1]?.toLowerCase())
  if (ids.length <= mostIds && ids.every((id) => id !== undefined)) return ids
  throw unsupportedQuery('A delta query can be filtered by up to 50 ids only.')
}

/**
 * Of a start, a reset or an import before, a token is well-formed but says nothing any more: the client has to begin with
 * a full synchronization. https://learn.microsoft.com/graph/delta-query-overview, "Synchronization reset".
 *
 * @throws GraphError 400 for what no tenant has sealed; 410 for a token of before, or older than the log
 */
function openState(tenant: TenantState, token: string, type: string): State {
  const { changes } = tenant.directory
  const opened = tenant.seal.open(purpose(type), token)
  if (opened === undefined && !isSealed(token)) throw badRequest('Badly formed token.')
  // Only `delta` seals for this purpose.
  const state = opened as State | undefined
  if (state?.generation === changes.generation() && changes.since(state.number)) return state
  const address = `${graphUrl(tenant)}/${type}s/delta?$deltatoken=`
  throw new GraphError(
    410,
    'syncStateNotFound',
    'The sync state generation is not found. Please start with an initial query.',
    {
      location: address,
    },
  )
}

/** As the page says, properties that were never set are not in the answer. */
function fullRow<T>(
  tenant: TenantState,
  caller: AnyCaller,
  tracked: Tracked<T>,
  object: T,
  select: readonly string[] | undefined,
): Row {
  const row = tracked.view(object, caller, select)
  const members = tracked.type === 'group' ? membersDelta(tenant, object as TenantGroup) : {}
  return {
    ...Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
    ...members,
  }
}

function membersDelta({ directory }: TenantState, group: TenantGroup): Row {
  const { users, groups } = directory.membership.membersOf(group)
  const members = [
    ...users.map(({ id }) => ({ '@odata.type': '#microsoft.graph.user', id })),
    ...groups.map(({ id }) => ({ '@odata.type': '#microsoft.graph.group', id })),
  ]
  return members.length > 0 ? { 'members@delta': members } : {}
}

function changedRows<T extends { id: string }>(
  tenant: TenantState,
  caller: AnyCaller,
  tracked: Tracked<T>,
  { number, ids, select }: State,
  minimal: boolean,
): Row[] {
  const changes = (tenant.directory.changes.since(number) ?? []).filter(
    ({ type, id }) => type === tracked.type && (!ids || ids.includes(id)),
  )
  const byId = Map.groupBy(changes, ({ id }) => id)
  return [...byId].map(([id, own]) => {
    const object = tracked.get(id)
    if (!object) {
      // https://learn.microsoft.com/graph/delta-query-overview: `changed` for an object that can be restored.
      return { id, '@removed': { reason: tracked.isKept(id) ? 'changed' : 'deleted' } }
    }
    const members = own.flatMap(({ member }) => (member ? [memberRow(tenant, member)] : []))
    const names = minimal ? changedOf(own, select ?? tracked.entity.usual) : select
    return {
      ...tracked.view(object, caller, names),
      ...(members.length > 0 ? { 'members@delta': members } : {}),
    }
  })
}

function changedOf(changes: readonly Change[], names: readonly string[]): readonly string[] {
  const ofObject = changes.filter(({ member }) => !member)
  if (ofObject.some(({ properties }) => !properties)) return names
  const changed = new Set(ofObject.flatMap(({ properties = [] }) => properties))
  return names.filter((name) => name === 'id' || changed.has(name))
}

function memberRow(
  tenant: TenantState,
  { id, isRemoved }: { id: string; isRemoved: boolean },
): Row {
  const type = findObject(tenant, id)?.type ?? 'user'
  return {
    '@odata.type': `#microsoft.graph.${type}`,
    id,
    ...(isRemoved ? { '@removed': { reason: 'deleted' } } : {}),
  }
}
