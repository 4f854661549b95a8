/** Consents in Graph's form: one grant for each application and user, or for everybody. */
import { type Granted, scopeWords } from '../entra/grants.ts'
import { graphAppId } from '../tokens/access-token.ts'
import type { World } from '../world.ts'
import { type Collection, listAnswer, objectAnswer, readBody } from './odata.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { denied, requireCaller, requireScope } from './bearer.ts'
import { badBody, conflict, invalidValue, notFound } from './errors.ts'
import { presentEntries } from './service-principals.ts'

// `/oauth2PermissionGrants`: which delegated permissions applications have. https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant

type Route = { Params: { id: string } }

const writeScopes = ['DelegatedPermissionGrant.ReadWrite.All', 'Directory.ReadWrite.All']
const readScopes = [...writeScopes, 'Directory.Read.All']
const type = 'OAuth2PermissionGrant'

const NewGrant = Type.Object({
  clientId: Type.String(),
  consentType: Type.Union([Type.Literal('AllPrincipals'), Type.Literal('Principal')]),
  principalId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  resourceId: Type.String(),
  scope: Type.String(),
})

const GrantChange = Type.Object({ scope: Type.String() })

const config = { endpoint: 'oauth2PermissionGrants' } as const
const path = '/oauth2PermissionGrants'

export function permissionGrantRoutes(app: FastifyInstance, world: World): void {
  app.get(path, { config }, async (request) => {
    const { user } = await requirePermission(world, request, readScopes)
    const rows = viewGrants(world).filter(
      ({ principalId }) => user.isAdmin || principalId === user.id,
    )
    return listAnswer(world, permissionGrants, rows, request.url)
  })
  app.get<Route>(`${path}/:id`, { config }, async (request) => {
    const { user } = await requirePermission(world, request, readScopes)
    const { view } = findGrant(world, request.params.id)
    if (!user.isAdmin && view.principalId !== user.id) throw denied()
    return objectAnswer(world, permissionGrants, view, request.url)
  })
  app.post(path, { config }, async (request, reply) => {
    await requireAdmin(world, request)
    const granted = grantedBy(world, readBody(NewGrant, request.body, type))
    const { clientId, userId } = granted
    if (world.consents.list().some((one) => one.clientId === clientId && one.userId === userId)) {
      throw conflict(409, 'Permission entry already exists.')
    }
    world.consents.set(granted)
    const view = viewGrant(world, granted) ?? {}
    return reply.code(201).send(objectAnswer(world, permissionGrants, view, request.url))
  })
  app.patch<Route>(`${path}/:id`, { config }, async (request, reply) => {
    await requireAdmin(world, request)
    const { granted } = findGrant(world, request.params.id)
    const { scope } = readBody(GrantChange, request.body, type)
    world.consents.set({ ...granted, scopes: knownScopes(scope) })
    return reply.code(204).send()
  })
  app.delete<Route>(`${path}/:id`, { config }, async (request, reply) => {
    await requireAdmin(world, request)
    const { granted } = findGrant(world, request.params.id)
    world.consents.set({ ...granted, scopes: [] })
    return reply.code(204).send()
  })
}

async function requirePermission(world: World, request: FastifyRequest, scopes: string[]) {
  const caller = await requireCaller(world, request)
  requireScope(caller, scopes)
  return caller
}

async function requireAdmin(world: World, request: FastifyRequest): Promise<void> {
  const { user } = await requirePermission(world, request, writeScopes)
  if (!user.isAdmin) throw denied()
}

function findGrant(world: World, id: string) {
  for (const granted of world.consents.list()) {
    const view = viewGrant(world, granted)
    if (view?.id === id) return { granted, view }
  }
  throw notFound(id)
}

/** @throws GraphError 400, 404 */
function grantedBy(world: World, input: Static<typeof NewGrant>): Granted {
  const { clientId, consentType, principalId, resourceId, scope } = input
  const present = presentEntries(world)
  const client = present.find(({ principal }) => principal.id === clientId)
  const resource = present.find(({ principal }) => principal.id === resourceId)
  if (!client) throw notFound(clientId)
  if (resource?.principal.appId !== graphAppId) throw notFound(resourceId)
  const isForAll = consentType === 'AllPrincipals'
  const user = world.directory.byId(principalId ?? '')
  // One user, or everybody: not both, and not neither.
  if (isForAll ? typeof principalId === 'string' : !user) throw invalidValue('principalId', type)
  const userId = isForAll ? undefined : user?.id
  return { clientId: client.principal.appId, userId, scopes: knownScopes(scope) }
}

/** @throws GraphError 400 for a scope that the resource does not have */
function knownScopes(text: string): string[] {
  const scopes = [...new Set(text.split(' ').filter(Boolean))]
  if (scopes.length === 0) throw invalidValue('scope', type)
  const unknown = scopes.find((scope) => !Object.hasOwn(scopeWords, scope))
  if (unknown === undefined) return scopes
  throw badBody(`The scope '${unknown}' does not exist on the resource.`)
}

const permissionGrants: Collection = {
  name: 'oauth2PermissionGrants',
  type: 'oAuth2PermissionGrant',
  filterable: ['clientId', 'consentType', 'principalId', 'resourceId'],
}

function viewGrants(world: World) {
  return world.consents.list().flatMap((granted) => viewGrant(world, granted) ?? [])
}

/** Undefined for one of an application that is not present any more. */
function viewGrant(world: World, { clientId, userId, scopes }: Granted) {
  const client = world.registry.entry(clientId)?.servicePrincipal
  const resource = world.registry.entry(graphAppId)?.servicePrincipal
  if (!client || !resource) return undefined
  return {
    id: grantId(client.id, resource.id, userId),
    clientId: client.id,
    consentType: userId === undefined ? 'AllPrincipals' : 'Principal',
    principalId: userId ?? null,
    resourceId: resource.id,
    scope: scopes.join(' '),
  }
}

/** The three ids in one, as Entra's are. */
function grantId(...ids: (string | undefined)[]): string {
  const hex = ids.map((id) => (id ?? '').replaceAll('-', '')).join('')
  return Buffer.from(hex, 'hex').toString('base64url')
}
