/**
 * `/servicePrincipals`: the applications that are present in the tenant.
 * https://learn.microsoft.com/graph/api/resources/serviceprincipal
 */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { adminScopes } from '../entra/scopes.ts'
import { words } from '../pages/words.ts'
import { newServicePrincipal, stableGuid, type ServicePrincipal } from '../registry/application.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { Entry } from '../registry/registry.ts'
import type { TenantState } from '../tenant-state.ts'
import { maySee, requireReader, requireWriter } from './applications/operations.ts'
import { denied, requireCaller } from './bearer.ts'
import { badRequest, conflict, GraphError, notFound } from './errors.ts'
import { keyed, listAnswer, objectAnswer, parseKey, readBody, type Collection } from './odata.ts'

type Route = { Params: { key: string } }

const changeable = {
  accountEnabled: Type.Optional(Type.Boolean()),
  appRoleAssignmentRequired: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Type.Array(Type.String())),
}
const closed = { additionalProperties: false }
const NewServicePrincipal = Type.Object({ appId: Type.String(), ...changeable }, closed)
const ServicePrincipalChange = Type.Object(changeable, closed)

const config = { endpoint: 'servicePrincipals' } as const

export function servicePrincipalRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.addHook('preHandler', async () => tenant.registry.beginRequest())
  readRoutes(app, tenant)
  app.post('/servicePrincipals', { config }, async (request, reply) => {
    const caller = await requireCaller(tenant, request)
    requireWriter(caller)
    const body = readBody(NewServicePrincipal, request.body, 'ServicePrincipal')
    const { appId, ...rest } = body
    const entry = tenant.registry.entry(appId)
    if (!entry || entry.isHidden) throw noApplication(appId)
    if (entry.servicePrincipal) throw taken(appId)
    const principal = newServicePrincipal(randomUUID(), entry.application.appId)
    entry.servicePrincipal = { ...principal, ...rest }
    const view = viewServicePrincipal(entry, entry.servicePrincipal, tenant.tenantId)
    return reply.code(201).send(objectAnswer(tenant, servicePrincipals, view, request.url))
  })
  for (const url of keyed('servicePrincipals')) changeRoutes(app, tenant, url)
}

function readRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/servicePrincipals', { config }, async (request) => {
    const caller = await requireCaller(tenant, request)
    requireReader(caller)
    const rows = presentEntries(tenant)
      .filter(({ entry }) => maySee(caller, entry))
      .map(({ entry, principal }) => viewServicePrincipal(entry, principal, tenant.tenantId))
    return listAnswer(tenant, servicePrincipals, rows, request.url)
  })
  for (const url of keyed('servicePrincipals')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireCaller(tenant, request)
      requireReader(caller)
      const { entry, principal } = findServicePrincipal(tenant, request.params.key)
      if (!maySee(caller, entry)) throw denied()
      const view = viewServicePrincipal(entry, principal, tenant.tenantId)
      return objectAnswer(tenant, servicePrincipals, view, request.url)
    })
  }
}

function changeRoutes(app: FastifyInstance, tenant: TenantState, url: string): void {
  app.patch<Route>(url, { config }, async (request, reply) => {
    requireWriter(await requireCaller(tenant, request))
    const { entry, principal } = findServicePrincipal(tenant, request.params.key)
    const change = readBody(ServicePrincipalChange, request.body, 'ServicePrincipal')
    entry.servicePrincipal = { ...principal, ...change }
    return reply.code(204).send()
  })
  app.delete<Route>(url, { config }, async (request, reply) => {
    requireWriter(await requireCaller(tenant, request))
    const { entry } = findServicePrincipal(tenant, request.params.key)
    if (!entry.isRegistered) throw denied()
    entry.servicePrincipal = undefined
    tenant.consents.withdrawFrom(entry.application.appId)
    return reply.code(204).send()
  })
}

function noApplication(appId: string): GraphError {
  return new GraphError(
    400,
    'NoBackingApplicationObject',
    `The appId '${appId}' of the service principal does not reference a valid application object.`,
  )
}

function taken(appId: string): GraphError {
  return conflict(
    409,
    `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
  )
}

interface Present {
  entry: Entry
  principal: ServicePrincipal
}

export function presentEntries({ registry }: TenantState): Present[] {
  return registry
    .entries()
    .filter(({ isHidden }) => !isHidden)
    .flatMap((entry) =>
      entry.servicePrincipal ? [{ entry, principal: entry.servicePrincipal }] : [],
    )
}

/** @throws GraphError 404 */
function findServicePrincipal(tenant: TenantState, text: string): Present {
  const { name, value } = parseKey(text)
  if (name !== 'id' && name !== 'appId') {
    throw badRequest(`'${name}' is not a key of type 'microsoft.graph.servicePrincipal'.`)
  }
  const wanted = value.toLowerCase()
  const found = presentEntries(tenant).find(
    ({ principal }) => principal[name].toLowerCase() === wanted,
  )
  if (found) return found
  throw notFound(value)
}

/**
 * The ids of Microsoft Graph's delegated permissions, as Microsoft publishes them.
 * https://learn.microsoft.com/graph/permissions-reference
 */
const published: Readonly<Record<string, string>> = {
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
  email: '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0',
  offline_access: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
  'User.Read': 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  'User.ReadWrite': 'b4e74841-8e56-480b-be8b-910348b18b4c',
  'User.ReadBasic.All': 'b340eb25-3456-403f-be2f-af7a0d370277',
  'User.Read.All': 'a154be20-db9c-4678-8ab7-66f6cc099a59',
  'Directory.Read.All': '06da0dbc-49e2-44d2-8312-53f166ab848a',
  'Application.ReadWrite.All': 'bdfbf15f-ee85-4955-8675-146e8e5296b5',
  'DelegatedPermissionGrant.ReadWrite.All': '41ce6ca6-6826-4807-84f1-1c82854f7ee5',
  'Group.Read.All': '5f8c59db-677d-491f-a6b8-5f174b11ec1d',
  'Mail.Read': '570282fd-fa5c-430d-a7fd-fc8dc98a9dca',
  'Mail.Send': 'e383f46e-2787-4529-855e-0e479a3ffac0',
  'Calendars.Read': '465a38f9-76ea-45b9-9f34-9e8b0d4b0b42',
  'Calendars.ReadWrite': '1ec239c2-d7c9-4623-a91a-a9775856bb36',
  'Presence.Read': '76bc735e-aecd-4a1d-8b4c-2b915deabb79',
}

function graphScopes() {
  return Object.entries(words.scopes).map(([value, description]) => ({
    id: published[value] ?? stableGuid(`scope ${value}`),
    value,
    type: adminScopes.has(value) ? 'Admin' : 'User',
    isEnabled: true,
    adminConsentDisplayName: description,
    adminConsentDescription: description,
    userConsentDisplayName: description,
    userConsentDescription: description,
  }))
}

const servicePrincipals: Collection = {
  name: 'servicePrincipals',
  type: 'servicePrincipal',
  filterable: ['id', 'appId', 'displayName', 'tags', 'servicePrincipalNames'],
}

/** The tenant that owns Microsoft's own applications. */
const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

function viewServicePrincipal(
  { application, isRegistered }: Entry,
  principal: ServicePrincipal,
  tenantId: string,
) {
  const { appId, displayName, web, spa, publicClient, appRoles, identifierUris } = application
  return {
    ...principal,
    deletedDateTime: null,
    displayName,
    appDisplayName: displayName,
    appOwnerOrganizationId: isRegistered ? tenantId : microsoftTenantId,
    servicePrincipalType: 'Application',
    servicePrincipalNames: [appId, ...identifierUris],
    signInAudience: application.signInAudience,
    homepage: web.homePageUrl,
    logoutUrl: web.logoutUrl,
    replyUrls: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    appRoles,
    oauth2PermissionScopes:
      appId === graphAppId ? graphScopes() : application.api.oauth2PermissionScopes,
  }
}
