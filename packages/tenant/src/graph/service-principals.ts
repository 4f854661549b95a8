/**
 * `/servicePrincipals`: the applications that are present in the tenant.
 * https://learn.microsoft.com/graph/api/resources/serviceprincipal
 */

import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { keptOfServicePrincipal } from '../registry/kept-properties.ts'
import { newServicePrincipal, type ServicePrincipal } from '../registry/application.ts'
import { removeAssignments } from '../registry/app-role-assignments.ts'
import type { Entry } from '../registry/registry.ts'
import type { TenantState } from '../tenant-state.ts'
import { maySee, requireReader, requireWriter } from './applications/operations.ts'
import { denied } from './bearer.ts'
import { badRequest, conflict, GraphError, notFound } from './errors.ts'
import { keyed, listAnswer, objectAnswer, parseKey, readBody, type Collection } from './odata.ts'

type Route = { Params: { key: string } }

const changeable = Type.Partial(
  Type.Object({
    accountEnabled: Type.Boolean(),
    appRoleAssignmentRequired: Type.Boolean(),
    tags: Type.Array(Type.String({ maxLength: 256 }), { maxItems: 256 }),
    ...keptOfServicePrincipal,
  }),
).properties
const closed = { additionalProperties: false }
const NewServicePrincipal = Type.Object({ appId: Type.String(), ...changeable }, closed)
const ServicePrincipalChange = Type.Object(changeable, closed)

const config = { endpoint: 'servicePrincipals' } as const

export function servicePrincipalRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.addHook('preHandler', async () => tenant.registry.beginRequest())
  readRoutes(app, tenant)
  app.post('/servicePrincipals', { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const body = readBody(NewServicePrincipal, request.body, 'ServicePrincipal')
    const { appId, ...rest } = body
    const isArriving = tenant.registry.arriving(appId).length > 0
    // Another tenant on the port offers it: https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals
    if (isArriving) tenant.registry.admit(appId)
    const entry = tenant.registry.entry(appId)
    if (!entry || entry.isHidden) throw noApplication(appId)
    if (!maySee(caller, entry)) throw denied()
    if (entry.servicePrincipal && !isArriving) throw taken(appId)
    const fresh = newServicePrincipal(randomUUID(), entry.application.appId)
    entry.servicePrincipal = { ...(entry.servicePrincipal ?? fresh), ...rest }
    const view = viewServicePrincipal(entry, entry.servicePrincipal, tenant.tenantId)
    return reply.code(201).send(objectAnswer(tenant, servicePrincipals, view, request.url))
  })
  for (const url of keyed('servicePrincipals')) changeRoutes(app, tenant, url)
}

function readRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get('/servicePrincipals', { config }, async (request) => {
    const caller = await requireReader(tenant, request)
    const rows = presentEntries(tenant)
      .filter(({ entry }) => maySee(caller, entry))
      .map(({ entry, principal }) => viewServicePrincipal(entry, principal, tenant.tenantId))
    return listAnswer(tenant, servicePrincipals, rows, request)
  })
  for (const url of keyed('servicePrincipals')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireReader(tenant, request)
      const { entry, principal } = findServicePrincipal(tenant, request.params.key)
      if (!maySee(caller, entry)) throw denied()
      const view = viewServicePrincipal(entry, principal, tenant.tenantId)
      return objectAnswer(tenant, servicePrincipals, view, request.url)
    })
  }
  for (const property of ['appRoles', 'oauth2PermissionScopes'] as const) {
    for (const url of keyed('servicePrincipals', `/${property}`)) {
      app.get<Route>(url, { config }, async (request) => {
        const caller = await requireReader(tenant, request)
        const { entry, principal } = findServicePrincipal(tenant, request.params.key)
        if (!maySee(caller, entry)) throw denied()
        const name = `servicePrincipals('${principal.id}')/${property}`
        const rows = viewServicePrincipal(entry, principal, tenant.tenantId)[property]
        const collection = { name, type: property, filterable: ['id', 'value', 'displayName'] }
        const all = rows.map((row) => ({ ...row }))
        return listAnswer(tenant, collection, all, request)
      })
    }
  }
}

function changeRoutes(app: FastifyInstance, tenant: TenantState, url: string): void {
  app.patch<Route>(url, { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const { entry, principal } = findServicePrincipal(tenant, request.params.key)
    if (!maySee(caller, entry)) throw denied()
    const change = readBody(ServicePrincipalChange, request.body, 'ServicePrincipal')
    entry.servicePrincipal = { ...principal, ...change }
    return reply.code(204).send()
  })
  app.delete<Route>(url, { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const { entry } = findServicePrincipal(tenant, request.params.key)
    if (!(entry.isRegistered || entry.home) || !maySee(caller, entry)) throw denied()
    removeAssignments(tenant.registry, entry)
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
export function findServicePrincipal(tenant: TenantState, text: string): Present {
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

const servicePrincipals: Collection = {
  name: 'servicePrincipals',
  type: 'servicePrincipal',
  filterable: ['id', 'appId', 'displayName', 'tags', 'servicePrincipalNames'],
}

/** The tenant that owns Microsoft's own applications. */
const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

export function viewServicePrincipal(
  { application, isRegistered, home }: Pick<Entry, 'application' | 'isRegistered' | 'home'>,
  principal: ServicePrincipal,
  tenantId: string,
) {
  const { appId, displayName, web, spa, publicClient, appRoles, identifierUris } = application
  return {
    ...principal,
    deletedDateTime: null,
    displayName,
    appDisplayName: displayName,
    appOwnerOrganizationId: isRegistered ? tenantId : (home?.tenantId ?? microsoftTenantId),
    applicationTemplateId: null,
    appDescription: application.description,
    disabledByMicrosoftStatus: null,
    info: application.info,
    addIns: [],
    keyCredentials: [],
    passwordCredentials: [],
    resourceSpecificApplicationPermissions: [],
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    servicePrincipalType: 'Application',
    servicePrincipalNames: [appId, ...identifierUris],
    signInAudience: application.signInAudience,
    homepage: web.homePageUrl,
    logoutUrl: web.logoutUrl,
    replyUrls: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    appRoles,
    oauth2PermissionScopes: application.api.oauth2PermissionScopes,
  }
}
