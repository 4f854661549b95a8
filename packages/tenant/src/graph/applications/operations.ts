/** What the routes of applications share: creating, finding, permissions, and the deleted applications. */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { userDomain } from '../../directory/generate.ts'
import { newApplication } from '../../registry/application.ts'
import type { Entry } from '../../registry/registry.ts'
import type { TenantState } from '../../tenant-state.ts'
import { denied, requireCaller, requireScope, type Caller } from '../bearer.ts'
import { purgeDeleted } from '../directory/deleted-items.ts'
import { badRequest, conflict, notFound } from '../errors.ts'
import { listAnswer, parseKey, readBody, type Collection, type ObjectKey } from '../odata.ts'
import { NewApplication } from './input.ts'
import { applications, changed, viewApplication } from './properties.ts'

/** @throws GraphError 400 for an invalid body, and for a unique name or address that is taken */
export function createApplication(tenant: TenantState, caller: Caller, body: unknown): Entry {
  const { uniqueName = null, ...change } = readBody(NewApplication, body, 'Application')
  refuseTaken(tenant, 'uniqueName', uniqueName === null ? [] : [uniqueName])
  refuseTaken(tenant, 'identifierUris', change.identifierUris ?? [])
  const identity = { id: randomUUID(), appId: randomUUID(), displayName: change.displayName }
  const application = changed(newApplication(identity, tenant.now()), change, tenant.now())
  const { newApplicationsHiddenFor } = tenant.policies
  return tenant.registry.add(
    { ...application, uniqueName },
    caller.user.id,
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
    const caller = await requireCaller(tenant, request)
    requireReader(caller)
    const rows = tenant.registry
      .deleted()
      .filter((entry) => maySee(caller, entry))
      .map(({ application }) => viewApplication(application, userDomain))
    return listAnswer(tenant, deletedItems, rows, request.url)
  })
  app.delete<{ Params: { id: string } }>(
    '/directory/deletedItems/:id',
    { config },
    async (request, reply) => {
      const { id } = request.params
      if (await purgeDeleted(tenant, request, id)) return reply.code(204).send()
      const caller = await requireCaller(tenant, request)
      requireWriter(caller)
      const entry = tenant.registry.deleted().find(({ application }) => application.id === id)
      if (!entry) throw notFound(id)
      tenant.registry.purge(entry)
      return reply.code(204).send()
    },
  )
}

/** @throws GraphError 404, and 403 for an application that the caller may not see */
export function findApplication(tenant: TenantState, caller: Caller, text: string): Entry {
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

const writeScopes = ['Application.ReadWrite.All', 'Directory.ReadWrite.All']
const readScopes = [...writeScopes, 'Application.Read.All', 'Directory.Read.All']

/** @throws GraphError 403 */
export function requireReader(caller: Caller): void {
  requireScope(caller, readScopes)
}

/** @throws GraphError 403 without the permission, and for users who are not administrators */
export function requireWriter(caller: Caller): void {
  requireScope(caller, writeScopes)
  if (!caller.user.isAdmin) throw denied()
}

/** Administrators see everything; other users see what they own, and what is not registered here. */
export function maySee({ user }: Caller, entry: Entry): boolean {
  return user.isAdmin || entry.ownerId === user.id || !entry.isRegistered
}
