/** `$expand` of users and groups: one relationship, with its `$select`. https://learn.microsoft.com/graph/query-parameters */

import type { TenantGroup } from '../../directory/groups.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import type { Row } from '../protocol/answers.ts'
import { badRequest, unsupportedQuery } from '../errors.ts'
import { parseSelect, type Query } from '../query.ts'
import { viewExtensions } from '../extensions/open-extensions.ts'
import type { AnyCaller } from '../users/view.ts'
import {
  objectType,
  ofGroup,
  ofMembers,
  ofRole,
  ofUser,
  viewObject,
  type DirectoryObject,
} from './object.ts'

/** Graph sends at most so many objects of an expanded list. */
const mostExpanded = 20

interface Expansion {
  name: string
  select: readonly string[] | undefined
  /** Of managers: 1, or more with `$levels`. */
  levels: number
}

type Related<T> = Readonly<
  Record<string, (tenant: TenantState, object: T) => readonly DirectoryObject[]>
>

const ofUsers: Related<TenantUser> = {
  directReports: ({ directory }, user) => directory.managers.reportsOf(user).map(ofUser),
  manager: ({ directory }, user) =>
    [directory.managers.managerOf(user)].filter((manager) => manager !== undefined).map(ofUser),
  memberOf: ({ directory: { membership } }, user) => [
    ...membership.groupsOf(user).map(ofGroup),
    ...membership.rolesOf(user).map(ofRole),
  ],
  ownedObjects: ({ directory }, user) =>
    directory.groups.filter(({ owners }) => owners.includes(user.id)).map(ofGroup),
  transitiveMemberOf: ({ directory: { membership } }, user) => [
    ...membership.allGroupsOf(user).map(ofGroup),
    ...membership.rolesOf(user).map(ofRole),
  ],
}

const ofGroups: Related<TenantGroup> = {
  memberOf: ({ directory }, group) => directory.membership.groupsOf(group).map(ofGroup),
  members: ({ directory }, group) => ofMembers(directory.membership.membersOf(group)),
  owners: ({ directory }, { owners }) =>
    owners
      .map((id) => directory.byId(id))
      .filter((user) => user !== undefined)
      .map(ofUser),
  transitiveMemberOf: ({ directory }, group) =>
    directory.membership.allGroupsOf(group).map(ofGroup),
  transitiveMembers: ({ directory }, group) => ofMembers(directory.membership.allMembersOf(group)),
}

export type Expand<T> = (object: T, caller: AnyCaller) => Row

/** @returns what to add to each object. @throws GraphError 400 */
export function userExpansion(tenant: TenantState, query: Query): Expand<TenantUser> {
  // Open extensions are no directory objects.
  if (/^\s*extensions\s*$/i.test(query.options.$expand ?? '')) {
    return (user) => ({ extensions: viewExtensions(user) })
  }
  const expansion = parseExpand(query, ofUsers, 'user')
  if (!expansion) return () => ({})
  if (expansion.name !== 'manager') return expanding(tenant, expansion, ofUsers)
  return (user, caller) => managerChain(tenant, user, caller, expansion)
}

/** @returns what to add to each object. @throws GraphError 400 */
export function groupExpansion(tenant: TenantState, query: Query): Expand<TenantGroup> {
  const expansion = parseExpand(query, ofGroups, 'group')
  return expansion ? expanding(tenant, expansion, ofGroups) : () => ({})
}

function expanding<T>(
  tenant: TenantState,
  { name, select }: Expansion,
  related: Related<T>,
): Expand<T> {
  return (object, caller) => {
    const objects = related[name]?.(tenant, object) ?? []
    return {
      [name]: objects.slice(0, mostExpanded).map((each) => viewObject(each, caller, select)),
    }
  }
}

function managerChain(
  tenant: TenantState,
  user: TenantUser,
  caller: AnyCaller,
  { select, levels }: Expansion,
): Row {
  const manager = tenant.directory.managers.managerOf(user)
  if (!manager || levels === 0) return {}
  const above = managerChain(tenant, manager, caller, {
    name: 'manager',
    select,
    levels: levels - 1,
  })
  return { manager: { ...viewObject(ofUser(manager), caller, select), ...above } }
}

/** `$levels=max`; managers in a circle end here. */
const mostLevels = 100

function parseExpand(
  { options: { $expand }, isAdvanced }: Query,
  related: Readonly<Record<string, unknown>>,
  type: string,
): Expansion | undefined {
  if ($expand === undefined) return undefined
  const [, asked = '', inner = ''] = /^\s*(\w+|\*)\s*(?:\((.*)\))?\s*$/s.exec($expand) ?? []
  const name = Object.keys(related).find((known) => known.toLowerCase() === asked.toLowerCase())
  if (asked === '' && /^\s*\w+\s*(\(.*\))?\s*,/s.test($expand)) {
    throw unsupportedQuery('Multiple expand parameters are not supported.')
  }
  if (!name) {
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${asked || $expand}' on type 'microsoft.graph.${type}'.`,
    )
  }
  const parts = new Map(
    inner
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [key = '', ...value] = part.split('=')
        return [key.trim().toLowerCase(), value.join('=').trim()] as const
      }),
  )
  const wrong = [...parts.keys()].find((key) => key !== '$select' && key !== '$levels')
  if (wrong !== undefined)
    throw badRequest(`The query option '${wrong}' is not supported in $expand.`)
  const levels = levelsOf(parts.get('$levels'), name, isAdvanced)
  // https://learn.microsoft.com/graph/aad-advanced-queries: $expand is not supported with advanced queries; user-list-manager: managers are.
  if (isAdvanced && name !== 'manager') {
    throw unsupportedQuery('$expand is not supported with advanced queries.')
  }
  return { name, select: parseSelect(parts.get('$select'), objectType), levels }
}

/** https://learn.microsoft.com/graph/api/user-list-manager: `$levels` is for managers, in advanced queries. */
function levelsOf(text: string | undefined, name: string, isAdvanced: boolean): number {
  if (text === undefined) return 1
  const levels = text.toLowerCase() === 'max' ? mostLevels : Number(text)
  if (name !== 'manager' || !Number.isInteger(levels) || levels < 1) {
    throw badRequest(`Invalid value '${text}' for $levels query option found.`)
  }
  if (!isAdvanced)
    throw unsupportedQuery('$levels requires ConsistencyLevel:eventual and $count=true.')
  return Math.min(levels, mostLevels)
}
