/**
 * `/oauth2PermissionGrants`: consents in Graph's form, one for each application, API and user, or for all
 * users.
 * https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
 */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Granted } from '../entra/grants.ts'
import { findResource, prefixOf, valueOf } from '../registry/resources.ts'
import { delegatedPermissions } from '../registry/graph-permissions.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { TenantState } from '../tenant-state.ts'
import { denied, requireAccess, requireCaller, requireScope, type AnyCaller } from './bearer.ts'
import { badBody, conflict, invalidValue, notFound } from './errors.ts'
import { keyed, listAnswer, objectAnswer, readBody, type Collection } from './odata.ts'
import { findServicePrincipal, presentEntries } from './service-principals.ts'

type Route = { Params: { id: string } }

const writeScopes = ['DelegatedPermissionGrant.ReadWrite.All', 'Directory.ReadWrite.All']
const readScopes = [...writeScopes, 'DelegatedPermissionGrant.Read.All', 'Directory.Read.All']
const type = 'OAuth2PermissionGrant'

export const NewGrant = Type.Object({
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
    const caller = await requirePermission(tenant, request, readScopes)
    return listAnswer(tenant, permissionGrants, grantsSeenBy(tenant, caller), request)
  })
  app.get<Route>(`${path}/:id`, { config }, async (request) => {
    const caller = await requirePermission(tenant, request, readScopes)
    const { view } = findGrant(tenant, request.params.id)
    if (!maySeeGrant(caller, view.principalId)) throw denied()
    return objectAnswer(tenant, permissionGrants, view, request.url)
  })
  relationRoutes(app, tenant)
  app.post(path, { config }, async (request, reply) => {
    await requireAdmin(tenant, request)
    const { granted, api } = grantedBy(tenant, readBody(NewGrant, request.body, type))
    const { clientId, userId } = granted
    const earlier = tenant.consents
      .list()
      .find((one) => one.clientId === clientId && one.userId === userId)
    if (earlier && scopesOf(earlier, api).length > 0) {
      throw conflict(409, 'Permission entry already exists.')
    }
    change(tenant, earlier ?? { clientId, userId, scopes: [] }, api, granted.scopes)
    const view = viewGrant(tenant, granted, api) ?? {}
    return reply.code(201).send(objectAnswer(tenant, permissionGrants, view, request.url))
  })
  app.patch<Route>(`${path}/:id`, { config }, async (request, reply) => {
    await requireAdmin(tenant, request)
    const { granted, api } = findGrant(tenant, request.params.id)
    const { scope } = readBody(GrantChange, request.body, type)
    change(tenant, granted, api, knownScopes(tenant, api, scope))
    return reply.code(204).send()
  })
  app.delete<Route>(`${path}/:id`, { config }, async (request, reply) => {
    await requireAdmin(tenant, request)
    const { granted, api } = findGrant(tenant, request.params.id)
    change(tenant, granted, api, [])
    return reply.code(204).send()
  })
}

/** The grants of one service principal, or of one user. */
function relationRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const url of keyed('servicePrincipals', path)) {
    app.get<{ Params: { key: string } }>(url, { config }, async (request) => {
      const caller = await requirePermission(tenant, request, readScopes)
      const { id } = findServicePrincipal(tenant, request.params.key).principal
      const rows = grantsSeenBy(tenant, caller).filter(({ clientId }) => clientId === id)
      return listAnswer(tenant, permissionGrants, rows, request)
    })
  }
  for (const url of keyed('users', path)) {
    app.get<{ Params: { key: string } }>(url, { config }, async (request) => {
      const caller = await requirePermission(tenant, request, readScopes)
      const user = tenant.directory.byIdOrName(request.params.key)
      if (!user) throw notFound(request.params.key)
      const rows = grantsSeenBy(tenant, caller).filter(({ principalId }) => principalId === user.id)
      return listAnswer(tenant, permissionGrants, rows, request)
    })
  }
  app.get(`/me${path}`, { config }, async (request) => {
    const caller = await requireCaller(tenant, request)
    requireScope(caller, readScopes)
    const rows = viewGrants(tenant).filter(({ principalId }) => principalId === caller.user.id)
    return listAnswer(tenant, permissionGrants, rows, request)
  })
}

function requirePermission(
  tenant: TenantState,
  request: FastifyRequest,
  permissions: readonly string[],
): Promise<AnyCaller> {
  return requireAccess(tenant, request, { delegated: permissions, application: permissions })
}

async function requireAdmin(tenant: TenantState, request: FastifyRequest): Promise<void> {
  const caller = await requirePermission(tenant, request, writeScopes)
  if (caller.user?.isAdmin === false) throw denied()
}

function grantsSeenBy(tenant: TenantState, caller: AnyCaller) {
  return viewGrants(tenant).filter(({ principalId }) => maySeeGrant(caller, principalId))
}

/** Applications and administrators see all grants, other users their own. */
function maySeeGrant({ user }: AnyCaller, principalId: string | null): boolean {
  return user === undefined || user.isAdmin || principalId === user.id
}

function findGrant(tenant: TenantState, id: string) {
  for (const { granted, api } of grantsByApi(tenant)) {
    const view = viewGrant(tenant, granted, api)
    if (view?.id === id) return { granted, api, view }
  }
  throw notFound(id)
}

/** @throws GraphError 400, 404 */
function grantedBy(
  tenant: TenantState,
  input: Static<typeof NewGrant>,
): { granted: Granted; api: string } {
  const { clientId, consentType, principalId, resourceId, scope } = input
  const present = presentEntries(tenant)
  const client = present.find(({ principal }) => principal.id === clientId)
  const resource = present.find(({ principal }) => principal.id === resourceId)
  if (!client) throw notFound(clientId)
  const api = resource && prefixOfApi(tenant, resource.principal.appId)
  if (api === undefined) throw notFound(resourceId)
  const isForAll = consentType === 'AllPrincipals'
  const user = tenant.directory.byId(principalId ?? '')
  // Either one user or all users.
  if (isForAll ? typeof principalId === 'string' : !user) throw invalidValue('principalId', type)
  const userId = isForAll ? undefined : user?.id
  const scopes = knownScopes(tenant, api, scope)
  return { granted: { clientId: client.principal.appId, userId, scopes }, api }
}

/** The part of its scopes before the slash; undefined for an application that exposes no API. */
function prefixOfApi(tenant: TenantState, appId: string): string | undefined {
  if (appId === graphAppId) return ''
  const api = findResource(tenant.registry, appId)
  return api && api.scopes.length > 0 ? api.identifier : undefined
}

/**
 * @param text names of scopes within the API, as Graph has them
 * @returns them as consents have them. @throws GraphError 400 for a scope that the API does not have
 */
function knownScopes(tenant: TenantState, api: string, text: string): string[] {
  const names = [...new Set(text.split(' ').filter(Boolean))]
  if (names.length === 0) throw invalidValue('scope', type)
  const offered =
    api === ''
      ? delegatedPermissions.map(({ value }) => value)
      : findResource(tenant.registry, api)?.scopes.map(({ value }) => value)
  const unknown = names.find((name) => !offered?.includes(name))
  if (unknown === undefined) return names.map((name) => (api === '' ? name : `${api}/${name}`))
  throw badBody(`The scope '${unknown}' does not exist on the resource.`)
}

const permissionGrants: Collection = {
  name: 'oauth2PermissionGrants',
  type: 'oAuth2PermissionGrant',
  filterable: ['clientId', 'consentType', 'principalId', 'resourceId'],
}

/** A consent is for scopes of several APIs, and Graph shows it once for each of them. */
function grantsByApi(tenant: TenantState): { granted: Granted; api: string }[] {
  return tenant.consents
    .list()
    .flatMap((granted) =>
      [...new Set(granted.scopes.map(prefixOf))].map((api) => ({ granted, api })),
    )
}

function viewGrants(tenant: TenantState) {
  return grantsByApi(tenant).flatMap(({ granted, api }) => viewGrant(tenant, granted, api) ?? [])
}

/** Undefined if the application or the API is not present any more. */
function viewGrant(tenant: TenantState, granted: Granted, api: string) {
  const { clientId, userId } = granted
  const appId = api === '' ? graphAppId : findResource(tenant.registry, api)?.appId
  const client = tenant.registry.entry(clientId)?.servicePrincipal
  const resource = appId && tenant.registry.entry(appId)?.servicePrincipal
  if (!client || !resource) return undefined
  return {
    id: grantId(client.id, resource.id, userId),
    clientId: client.id,
    consentType: userId === undefined ? 'AllPrincipals' : 'Principal',
    principalId: userId ?? null,
    resourceId: resource.id,
    scope: scopesOf(granted, api).map(valueOf).join(' '),
  }
}

function scopesOf({ scopes }: Granted, api: string): string[] {
  return scopes.filter((scope) => prefixOf(scope) === api)
}

/** Replaces what is granted for one API, and keeps what is granted for others. */
function change(
  tenant: TenantState,
  granted: Granted,
  api: string,
  scopes: readonly string[],
): void {
  const others = granted.scopes.filter((scope) => prefixOf(scope) !== api)
  tenant.consents.set({ ...granted, scopes: [...scopes, ...others] })
}

/** The three ids in one, in Entra's form. */
function grantId(...ids: (string | undefined)[]): string {
  const hex = ids.map((id) => (id ?? '').replaceAll('-', '')).join('')
  return Buffer.from(hex, 'hex').toString('base64url')
}
