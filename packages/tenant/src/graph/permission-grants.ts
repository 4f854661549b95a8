/**
 * `/oauth2PermissionGrants`: consents in Graph's form, one for each application and user, or for all users.
 * https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Granted } from '../entra/grants.ts'
import { prefixOf } from '../registry/resources.ts'
import { scopeWords } from '../entra/scopes.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { TenantState } from '../tenant-state.ts'
import { denied, requireCaller, requireScope } from './bearer.ts'
import { badBody, conflict, invalidValue, notFound } from './errors.ts'
import { listAnswer, objectAnswer, readBody, type Collection } from './odata.ts'
import { presentEntries } from './service-principals.ts'

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

export function permissionGrantRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get(path, { config }, async (request) => {
    const { user } = await requirePermission(tenant, request, readScopes)
    const rows = viewGrants(tenant).filter(
      ({ principalId }) => user.isAdmin || principalId === user.id,
    )
    return listAnswer(tenant, permissionGrants, rows, request.url)
  })
  app.get<Route>(`${path}/:id`, { config }, async (request) => {
    const { user } = await requirePermission(tenant, request, readScopes)
    const { view } = findGrant(tenant, request.params.id)
    if (!user.isAdmin && view.principalId !== user.id) throw denied()
    return objectAnswer(tenant, permissionGrants, view, request.url)
  })
  app.post(path, { config }, async (request, reply) => {
    await requireAdmin(tenant, request)
    const granted = grantedBy(tenant, readBody(NewGrant, request.body, type))
    const { clientId, userId } = granted
    if (viewOf(tenant, clientId, userId)) {
      throw conflict(409, 'Permission entry already exists.')
    }
    const earlier = tenant.consents
      .list()
      .find((one) => one.clientId === clientId && one.userId === userId)
    const kept = earlier ? ofOtherApis(earlier) : []
    tenant.consents.set({ ...granted, scopes: [...granted.scopes, ...kept] })
    const view = viewGrant(tenant, granted) ?? {}
    return reply.code(201).send(objectAnswer(tenant, permissionGrants, view, request.url))
  })
  app.patch<Route>(`${path}/:id`, { config }, async (request, reply) => {
    await requireAdmin(tenant, request)
    const { granted } = findGrant(tenant, request.params.id)
    const { scope } = readBody(GrantChange, request.body, type)
    tenant.consents.set({ ...granted, scopes: [...knownScopes(scope), ...ofOtherApis(granted)] })
    return reply.code(204).send()
  })
  app.delete<Route>(`${path}/:id`, { config }, async (request, reply) => {
    await requireAdmin(tenant, request)
    const { granted } = findGrant(tenant, request.params.id)
    tenant.consents.set({ ...granted, scopes: ofOtherApis(granted) })
    return reply.code(204).send()
  })
}

async function requirePermission(tenant: TenantState, request: FastifyRequest, scopes: string[]) {
  const caller = await requireCaller(tenant, request)
  requireScope(caller, scopes)
  return caller
}

async function requireAdmin(tenant: TenantState, request: FastifyRequest): Promise<void> {
  const { user } = await requirePermission(tenant, request, writeScopes)
  if (!user.isAdmin) throw denied()
}

function findGrant(tenant: TenantState, id: string) {
  for (const granted of tenant.consents.list()) {
    const view = viewGrant(tenant, granted)
    if (view?.id === id) return { granted, view }
  }
  throw notFound(id)
}

/** @throws GraphError 400, 404 */
function grantedBy(tenant: TenantState, input: Static<typeof NewGrant>): Granted {
  const { clientId, consentType, principalId, resourceId, scope } = input
  const present = presentEntries(tenant)
  const client = present.find(({ principal }) => principal.id === clientId)
  const resource = present.find(({ principal }) => principal.id === resourceId)
  if (!client) throw notFound(clientId)
  if (resource?.principal.appId !== graphAppId) throw notFound(resourceId)
  const isForAll = consentType === 'AllPrincipals'
  const user = tenant.directory.byId(principalId ?? '')
  // Either one user or all users.
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

function viewOf(tenant: TenantState, clientId: string, userId: string | undefined) {
  const granted = tenant.consents
    .list()
    .find((one) => one.clientId === clientId && one.userId === userId)
  return granted && viewGrant(tenant, granted)
}

function viewGrants(tenant: TenantState) {
  return tenant.consents.list().flatMap((granted) => viewGrant(tenant, granted) ?? [])
}

/** Undefined if the application is not present any more. */
function viewGrant(tenant: TenantState, { clientId, userId, scopes }: Granted) {
  const client = tenant.registry.entry(clientId)?.servicePrincipal
  const resource = tenant.registry.entry(graphAppId)?.servicePrincipal
  const ofGraph = scopes.filter((scope) => prefixOf(scope) === '')
  if (!client || !resource || ofGraph.length === 0) return undefined
  return {
    id: grantId(client.id, resource.id, userId),
    clientId: client.id,
    consentType: userId === undefined ? 'AllPrincipals' : 'Principal',
    principalId: userId ?? null,
    resourceId: resource.id,
    scope: ofGraph.join(' '),
  }
}

/** Consents for other APIs, which this resource does not show. */
function ofOtherApis({ scopes }: Granted): string[] {
  return scopes.filter((scope) => prefixOf(scope) !== '')
}

/** The three ids in one, in Entra's form. */
function grantId(...ids: (string | undefined)[]): string {
  const hex = ids.map((id) => (id ?? '').replaceAll('-', '')).join('')
  return Buffer.from(hex, 'hex').toString('base64url')
}
