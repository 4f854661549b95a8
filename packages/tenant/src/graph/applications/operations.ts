/** What the routes of applications share: creating, finding, permissions, and the deleted applications. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { newApplication } from '../../registry/application.ts'
import type { Entry } from '../../registry/registry.ts'
import type { TenantState } from '../../tenant-state.ts'
import { denied, requireAccess, type AnyCaller } from '../bearer.ts'
import { purgeDeleted, restoreDeleted } from '../directory/deleted-items.ts'
import { badRequest, conflict, notFound } from '../errors.ts'
import {
  listAnswer,
  objectAnswer,
  parseKey,
  readBody,
  type Collection,
  type ObjectKey,
} from '../odata.ts'
import { NewApplication } from './input.ts'
import { referencedId } from './references.ts'
import { applications, changed, viewApplication } from './properties.ts'

/** @throws GraphError 400 for an invalid body, and for a unique name or address that is taken */
export function createApplication(tenant: TenantState, caller: AnyCaller, body: unknown): Entry {
  const {
    uniqueName = null,
    'owners@odata.bind': references = [],
    ...change
  } = readBody(NewApplication, body, 'Application')
  const ownerIds = references.map((reference) => referencedId(tenant, reference))
  refuseTaken(tenant, 'uniqueName', uniqueName === null ? [] : [uniqueName])
  refuseTaken(tenant, 'identifierUris', change.identifierUris ?? [])
  const identity = { id: randomUUID(), appId: randomUUID(), displayName: change.displayName }
  const application = changed(tenant, newApplication(identity, tenant.now()), change)
  const { newApplicationsHiddenFor } = tenant.policies
  return tenant.registry.add(
    { ...application, uniqueName },
    [...new Set([ownerIdOf(caller), ...ownerIds])],
    newApplicationsHiddenFor,
  )
}

/** Counts applications that are deleted, or not visible yet, too. */
function refuseTaken(
  { registry }: TenantState,
  property: 'uniqueName' | 'identifierUris',
  values: readonly string[],
): void {
  const all = [...registry.entries(), ...registry.deleted()]
  const taken = all.flatMap(({ application }) => application[property] ?? [])
  if (!values.some((value) => taken.includes(value))) return
  throw conflict(400, `Another object with the same value for property ${property} already exists.`)
}

const deletedItems: Collection = { ...applications, name: 'directory/deletedItems' }
const config = { endpoint: 'applications' } as const

/**
 * `/directory/deletedItems`: deleted applications. Their unique names are taken until they are deleted here too.
 * https://learn.microsoft.com/graph/api/resources/directory
 */
export function deletedApplicationRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/directory/deletedItems/microsoft.graph.application', { config }, async (request) => {
    const caller = await requireReader(tenant, request)
    const rows = tenant.registry
      .deleted()
      .filter((entry) => maySee(caller, entry))
      .map(({ application }) => viewApplication(application, tenant.domain))
    return listAnswer(tenant, deletedItems, rows, request)
  })
  app.post<{ Params: { id: string } }>(
    '/directory/deletedItems/:id/restore',
    { config },
    async (request) => {
      const { id } = request.params
      const restored = await restoreDeleted(tenant, request, id)
      if (restored) return restored
      const caller = await requireWriter(tenant, request)
      const entry = tenant.registry.deleted().find(({ application }) => application.id === id)
      if (!entry) throw notFound(id)
      if (!maySee(caller, entry)) throw denied()
      tenant.registry.restore(entry)
      const view = viewApplication(entry.application, tenant.domain)
      return objectAnswer(tenant, deletedItems, view, request.url)
    },
  )
  app.delete<{ Params: { id: string } }>(
    '/directory/deletedItems/:id',
    { config },
    async (request, reply) => {
      const { id } = request.params
      if (await purgeDeleted(tenant, request, id)) return reply.code(204).send()
      const caller = await requireWriter(tenant, request)
      const entry = tenant.registry.deleted().find(({ application }) => application.id === id)
      if (!entry) throw notFound(id)
      if (!maySee(caller, entry)) throw denied()
      tenant.registry.purge(entry)
      return reply.code(204).send()
    },
  )
}

/** @throws GraphError 404, and 403 for an application that the caller may not see */
export function findApplication(tenant: TenantState, caller: AnyCaller, text: string): Entry {
  const key = parseKey(text)
  const entry = lookUp(tenant, key)
  if (!entry) throw notFound(key.value)
  if (!maySee(caller, entry)) throw denied()
  return entry
}

/** Undefined for an application that does not exist, or is not visible yet. */
export function lookUp({ registry }: TenantState, { name, value }: ObjectKey): Entry | undefined {
  if (name !== 'id' && name !== 'appId' && name !== 'uniqueName') {
    throw badRequest(`'${name}' is not a key of type 'microsoft.graph.application'.`)
  }
  const wanted = value.toLowerCase()
  return registry
    .entries()
    .filter(({ isRegistered, isHidden }) => isRegistered && !isHidden)
    .find(({ application }) => application[name]?.toLowerCase() === wanted)
}

const writePermissions = ['Application.ReadWrite.All', 'Directory.ReadWrite.All']
const readPermissions = [...writePermissions, 'Application.Read.All', 'Directory.Read.All']
/** An application that may change only what it owns. */
const ownedBy = 'Application.ReadWrite.OwnedBy'

/** @throws GraphError 401, 403 */
export function requireReader(tenant: TenantState, request: FastifyRequest): Promise<AnyCaller> {
  return requireAccess(tenant, request, {
    delegated: readPermissions,
    application: [...readPermissions, ownedBy],
  })
}

/** @throws GraphError 401; 403 without the permission, and for users who are not administrators */
export async function requireWriter(
  tenant: TenantState,
  request: FastifyRequest,
): Promise<AnyCaller> {
  const caller = await requireAccess(tenant, request, {
    delegated: writePermissions,
    application: [...writePermissions, ownedBy],
  })
  if (caller.user) {
    if (!caller.user.isAdmin) throw denied()
    return caller
  }
  // A role that only reads does not widen what the application may change.
  const roles = new Set([...writePermissions, ownedBy].filter((role) => caller.roles.has(role)))
  return { ...caller, roles }
}

/**
 * Administrators see everything; other users see what they own, and what is not registered here. An application sees
 * everything too, unless it may change only what it owns.
 */
export function maySee(caller: AnyCaller, entry: Entry): boolean {
  const isOwned = entry.ownerIds.includes(ownerIdOf(caller))
  if (caller.user) return caller.user.isAdmin || isOwned || !entry.isRegistered
  return isOwned || readPermissions.some((role) => caller.roles.has(role))
}

/** Of a user, or of the service principal of an application. */
function ownerIdOf(caller: AnyCaller): string {
  return caller.user ? caller.user.id : caller.servicePrincipalId
}
