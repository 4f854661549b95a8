/**
 * App roles that are granted: `appRoleAssignedTo` of the application that has them, `appRoleAssignments` of who has them.
 * https://learn.microsoft.com/graph/api/resources/approleassignment
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import {
  assignAppRole,
  defaultAccess,
  findAssignment,
} from '../../registry/app-role-assignments.ts'
import type { AppRoleAssignment, Entry } from '../../registry/entry.ts'
import type { TenantState } from '../../tenant-state.ts'
import { denied, requireAccess, requireCaller, requireScope, type AnyCaller } from '../bearer.ts'
import { badBody, notFound } from '../errors.ts'
import { keyed, listAnswer, objectAnswer, readBody, type Collection } from '../odata.ts'
import { findServicePrincipal, presentEntries } from '../service-principals.ts'

type Route = { Params: { key: string; assignment?: string } }

const type = 'AppRoleAssignment'
const Guid = Type.String({
  pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
})
const NewAssignment = Type.Object({ principalId: Guid, resourceId: Guid, appRoleId: Guid })

const config = { endpoint: 'servicePrincipals' } as const

const write = ['AppRoleAssignment.ReadWrite.All']
const read = [
  ...write,
  'Application.Read.All',
  'Application.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
]

/** One side of assignments: those of one principal, or those of one resource. */
interface Side {
  name: string
  isOf: (row: Row) => boolean
  /** What a new assignment has to name. */
  fixed: Partial<Static<typeof NewAssignment>>
}

type FindSide = (tenant: TenantState, key: string) => Side

const sides: readonly [collection: string, rest: string, find: FindSide][] = [
  ['servicePrincipals', '/appRoleAssignedTo', assignedTo],
  ['servicePrincipals', '/appRoleAssignments', ofServicePrincipal],
  ['users', '/appRoleAssignments', ofUser],
  ['groups', '/appRoleAssignments', ofGroup],
]

export function appRoleAssignmentRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const [collection, rest, find] of sides) {
    for (const url of keyed(collection, rest)) routesOf(app, tenant, url, find)
  }
  app.get('/me/appRoleAssignments', { config }, async (request) => {
    const caller = await requireCaller(tenant, request)
    requireScope(caller, read)
    return list(tenant, ofUser(tenant, caller.user.id), request)
  })
}

function routesOf(app: FastifyInstance, tenant: TenantState, url: string, find: FindSide): void {
  app.get<Route>(url, { config }, async (request) => {
    await requireAccess(tenant, request, { delegated: read, application: read })
    return list(tenant, find(tenant, keyOf(request)), request)
  })
  app.post<Route>(url, { config }, async (request, reply) => {
    await requireWriter(tenant, request)
    const side = find(tenant, keyOf(request))
    const input = readBody(NewAssignment, request.body, type)
    const { row } = assign(tenant, side, input)
    return reply.code(201).send(objectAnswer(tenant, collectionOf(side), row, request.url))
  })
  const one = `${url}/:assignment`
  app.get<Route>(one, { config }, async (request) => {
    await requireAccess(tenant, request, { delegated: read, application: read })
    const side = find(tenant, keyOf(request))
    const { row } = findOne(tenant, side, request.params.assignment)
    return objectAnswer(tenant, collectionOf(side), row, request.url)
  })
  app.delete<Route>(one, { config }, async (request, reply) => {
    await requireWriter(tenant, request)
    const side = find(tenant, keyOf(request))
    const { resource, assignment } = findOne(tenant, side, request.params.assignment)
    resource.appRoleAssignments = resource.appRoleAssignments.filter((each) => each !== assignment)
    return reply.code(204).send()
  })
}

function keyOf(request: FastifyRequest<Route>): string {
  return request.params.key
}

/** @throws GraphError 403 without the permission, and for users who are not administrators */
async function requireWriter(tenant: TenantState, request: FastifyRequest): Promise<AnyCaller> {
  const caller = await requireAccess(tenant, request, { delegated: write, application: write })
  if (caller.user?.isAdmin === false) throw denied()
  return caller
}

function assignedTo(tenant: TenantState, key: string): Side {
  const { id } = findServicePrincipal(tenant, key).principal
  const name = `servicePrincipals('${id}')/appRoleAssignedTo`
  return { name, isOf: (row) => row.resourceId === id, fixed: { resourceId: id } }
}

function ofServicePrincipal(tenant: TenantState, key: string): Side {
  return ofPrincipal('servicePrincipals', findServicePrincipal(tenant, key).principal.id)
}

function ofUser({ directory }: TenantState, key: string): Side {
  const user = directory.byIdOrName(key)
  if (!user) throw notFound(key)
  return ofPrincipal('users', user.id)
}

function ofGroup(tenant: TenantState, key: string): Side {
  if (!isGroup(tenant, key)) throw notFound(key)
  return ofPrincipal('groups', key.toLowerCase())
}

function ofPrincipal(collection: string, id: string): Side {
  const name = `${collection}('${id}')/appRoleAssignments`
  return { name, isOf: (row) => row.principalId === id, fixed: { principalId: id } }
}

function isGroup({ directory }: TenantState, id: string): boolean {
  return directory.group(id) !== undefined
}

/** @throws GraphError 400 for a role that the resource does not have, and for one that is granted already; 404 */
function assign(tenant: TenantState, { fixed }: Side, input: Static<typeof NewAssignment>) {
  const asked = { ...input, ...fixed }
  for (const name of ['principalId', 'resourceId', 'appRoleId'] as const) {
    if (asked[name].toLowerCase() === input[name].toLowerCase()) continue
    throw badBody(`The ${name} does not match that of the address.`)
  }
  const resource = presentEntries(tenant).find(
    ({ principal }) => principal.id === asked.resourceId.toLowerCase(),
  )
  if (!resource) throw notFound(asked.resourceId)
  const principalType = typeOf(tenant, asked.principalId)
  const appRoleId = asked.appRoleId.toLowerCase()
  requireRole(resource.entry, appRoleId, principalType)
  const wanted = { appRoleId, principalId: asked.principalId.toLowerCase(), principalType }
  if (findAssignment(resource.entry, wanted)) {
    // Scripts that may run twice look for these words.
    throw badBody('Permission being assigned already exists on the object')
  }
  const assignment = assignAppRole(resource.entry, wanted, tenant.now())
  return { row: viewAssignment(tenant, resource.entry, resource.principal.id, assignment) }
}

type PrincipalType = AppRoleAssignment['principalType']

function typeOf(tenant: TenantState, id: string): PrincipalType {
  const wanted = id.toLowerCase()
  if (tenant.directory.byId(wanted)) return 'User'
  if (presentEntries(tenant).some(({ principal }) => principal.id === wanted)) {
    return 'ServicePrincipal'
  }
  if (isGroup(tenant, wanted)) return 'Group'
  throw notFound(id)
}

/** Without a role that the principal could have, the only assignment is that of access as such. */
function requireRole({ application }: Entry, appRoleId: string, principalType: PrincipalType) {
  const memberType = principalType === 'ServicePrincipal' ? 'Application' : 'User'
  const roles = application.appRoles.filter(
    ({ isEnabled = true, allowedMemberTypes }) =>
      isEnabled && allowedMemberTypes.includes(memberType),
  )
  const isKnown =
    appRoleId === defaultAccess ? roles.length === 0 : roles.some(({ id }) => id === appRoleId)
  if (isKnown) return
  throw badBody(`Permission being assigned was not found on application '${application.appId}'.`)
}

type Row = ReturnType<typeof viewAssignment>

function viewAssignment(
  tenant: TenantState,
  resource: Entry,
  resourceId: string,
  { id, appRoleId, principalId, principalType, createdDateTime }: AppRoleAssignment,
) {
  return {
    id,
    deletedDateTime: null,
    appRoleId,
    createdDateTime,
    principalDisplayName: nameOf(tenant, principalId),
    principalId,
    principalType,
    resourceDisplayName: resource.application.displayName,
    resourceId,
  }
}

function nameOf(tenant: TenantState, principalId: string): string | null {
  const user = tenant.directory.byId(principalId) ?? tenant.directory.group(principalId)
  const present = presentEntries(tenant).find(({ principal }) => principal.id === principalId)
  return user?.displayName ?? present?.entry.application.displayName ?? null
}

function* all(tenant: TenantState) {
  for (const { entry, principal } of presentEntries(tenant)) {
    for (const assignment of entry.appRoleAssignments) {
      const row = viewAssignment(tenant, entry, principal.id, assignment)
      yield { resource: entry, assignment, row }
    }
  }
}

function findOne(tenant: TenantState, { isOf }: Side, id = '') {
  for (const found of all(tenant)) if (found.row.id === id && isOf(found.row)) return found
  throw notFound(id)
}

function list(tenant: TenantState, side: Side, request: FastifyRequest) {
  const rows = [...all(tenant)].map(({ row }) => row).filter(side.isOf)
  return listAnswer(tenant, collectionOf(side), rows, request)
}

function collectionOf({ name }: Side): Collection {
  return {
    name,
    type: 'appRoleAssignment',
    filterable: ['id', 'appRoleId', 'principalId', 'principalDisplayName', 'resourceId'],
  }
}
