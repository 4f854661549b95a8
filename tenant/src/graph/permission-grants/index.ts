/** `/oauth2PermissionGrants`: which delegated permissions applications have. https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Granted } from '../../entra/consents.ts'
import { scopeWords } from '../../entra/scopes.ts'
import { graphAppId } from '../../tokens/access-token.ts'
import type { World } from '../../world.ts'
import { denied, requireCaller, requireScope } from '../bearer.ts'
import { badBody, conflict, invalidValue, notFound } from '../errors.ts'
import { listAnswer, objectAnswer } from '../odata/answer.ts'
import { readBody } from '../odata/body.ts'
import { presentEntries } from '../service-principals/find.ts'
import { permissionGrants, viewGrant, viewGrants } from './grant.ts'

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
