/** A new application. */
import { randomUUID } from 'node:crypto'
import { newApplication } from '../../registry/application.ts'
import type { Entry } from '../../registry/registry.ts'
import type { World } from '../../world.ts'
import { type Caller, denied, requireCaller, requireScope } from '../bearer.ts'
import { badRequest, conflict, notFound } from '../errors.ts'
import { type Collection, listAnswer, type ObjectKey, parseKey, readBody } from '../odata.ts'
import { applications, changed, viewApplication } from './properties.ts'
import { NewApplication } from './input.ts'
import type { FastifyInstance } from 'fastify'
import { userDomain } from '../../directory/generate.ts'

/** @throws GraphError 400 for a wrong body, and for a name or address that must be unique and is taken */
export function createApplication(world: World, caller: Caller, body: unknown): Entry {
  const { uniqueName = null, ...change } = readBody(NewApplication, body, 'Application')
  refuseTaken(world, 'uniqueName', uniqueName === null ? [] : [uniqueName])
  refuseTaken(world, 'identifierUris', change.identifierUris ?? [])
  const identity = { id: randomUUID(), appId: randomUUID(), displayName: change.displayName }
  const application = changed(newApplication(identity, world.now()), change, world.now())
  const { newApplicationsHiddenFor } = world.policies
  return world.registry.add(
    { ...application, uniqueName },
    caller.user.id,
    newApplicationsHiddenFor,
  )
}

/** Also by an application that is deleted, or is not to be seen yet: it is there all the same. */
function refuseTaken(
  { registry }: World,
  property: 'uniqueName' | 'identifierUris',
  values: readonly string[],
): void {
  const all = [...registry.entries(), ...registry.deleted()]
  const taken = all.flatMap(({ application }) => application[property] ?? [])
  if (!values.some((value) => taken.includes(value))) return
  throw conflict(400, `Another object with the same value for property ${property} already exists.`)
}

// `/directory/deletedItems`: deleted applications, which keep their unique name taken until they are deleted here too. https://learn.microsoft.com/graph/api/resources/directory

const deletedItems: Collection = { ...applications, name: 'directory/deletedItems' }
const config = { endpoint: 'applications' } as const

export function deletedApplicationRoutes(app: FastifyInstance, world: World): void {
  app.get('/directory/deletedItems/microsoft.graph.application', { config }, async (request) => {
    const caller = await requireCaller(world, request)
    requireReader(caller)
    const rows = world.registry
      .deleted()
      .filter((entry) => maySee(caller, entry))
      .map(({ application }) => viewApplication(application, userDomain))
    return listAnswer(world, deletedItems, rows, request.url)
  })
  app.delete<{ Params: { id: string } }>(
    '/directory/deletedItems/:id',
    { config },
    async (request, reply) => {
      const caller = await requireCaller(world, request)
      requireWriter(caller)
      const { id } = request.params
      const entry = world.registry.deleted().find(({ application }) => application.id === id)
      if (!entry) throw notFound(id)
      world.registry.purge(entry)
      return reply.code(204).send()
    },
  )
}

// Finds the application that an address names.

/** @throws GraphError 404, and 403 for one that the caller may not see */
export function findApplication(world: World, caller: Caller, text: string): Entry {
  const key = parseKey(text)
  const entry = lookUp(world, key)
  if (!entry) throw notFound(key.value)
  if (!maySee(caller, entry)) throw denied()
  return entry
}

/** Undefined for one that is not there, or is not to be seen yet. */
export function lookUp({ registry }: World, { name, value }: ObjectKey): Entry | undefined {
  if (name !== 'id' && name !== 'appId' && name !== 'uniqueName') {
    throw badRequest(`'${name}' is not a key of type 'microsoft.graph.application'.`)
  }
  const wanted = value.toLowerCase()
  return registry
    .entries()
    .filter(({ isRegistered, isHidden }) => isRegistered && !isHidden)
    .find(({ application }) => application[name]?.toLowerCase() === wanted)
}

// Who may see and change applications and service principals.

const writeScopes = ['Application.ReadWrite.All', 'Directory.ReadWrite.All']
const readScopes = [...writeScopes, 'Application.Read.All', 'Directory.Read.All']

/** @throws GraphError 403 */
export function requireReader(caller: Caller): void {
  requireScope(caller, readScopes)
}

/** @throws GraphError 403 without the permission, and for everybody but administrators */
export function requireWriter(caller: Caller): void {
  requireScope(caller, writeScopes)
  if (!caller.user.isAdmin) throw denied()
}

/** Administrators see everything, others what they own, and what is not registered here. */
export function maySee({ user }: Caller, entry: Entry): boolean {
  return user.isAdmin || entry.ownerId === user.id || !entry.isRegistered
}
