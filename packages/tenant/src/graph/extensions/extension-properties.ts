/**
 * `/applications/{id}/extensionProperties`: the definitions of directory extensions.
 * https://learn.microsoft.com/graph/api/application-post-extensionproperty
 */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { DataType, type ExtensionProperty } from '../../extensions/extension-properties.ts'
import type { TenantState } from '../../tenant-state.ts'
import { anyObject } from '../access.ts'
import { findApplication, requireReader, requireWriter } from '../applications/operations.ts'
import { requireAccess } from '../bearer.ts'
import { badBody, badRequest, notFound } from '../errors.ts'
import { keyed, listAnswer, objectAnswer, readBody, type Collection } from '../odata.ts'
import { graphUrl } from '../protocol/answers.ts'

type Route = { Params: { key: string } }
type OneRoute = { Params: { key: string; property: string } }

const targets = ['User', 'Group', 'AdministrativeUnit', 'Application', 'Device', 'Organization']
const Target = Type.String({ pattern: `^(?:${targets.join('|')})$` })

const NewProperty = Type.Object(
  {
    // Decided: the page says nothing about names; a property of OData has such a one.
    name: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,100}$' }),
    dataType: DataType,
    isMultiValued: Type.Optional(Type.Boolean()),
    targetObjects: Type.Array(Target, { minItems: 1 }),
  },
  { additionalProperties: false },
)

const config = { endpoint: 'applications' } as const
/** https://learn.microsoft.com/graph/extensibility-overview: values of one object; here of definitions, too. */
const most = 100

export function extensionPropertyRoutes(app: FastifyInstance, tenant: TenantState): void {
  const of = (appId: string) =>
    tenant.extensionProperties.list().filter((one) => one.appId === appId)
  const rows = (appId: string) => of(appId).map((one) => view(tenant, one))
  for (const url of keyed('applications', '/extensionProperties')) {
    app.get<Route>(url, { config }, async (request) => {
      const caller = await requireReader(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      return listAnswer(tenant, collectionOf(application.id), rows(application.appId), request)
    })
    app.post<Route>(url, { config }, async (request, reply) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const { id, appId } = application
      const body = readBody(NewProperty, request.body, 'ExtensionProperty')
      if (of(appId).length >= most) throw badBody('The application has too many extensions.')
      const isMultiValued = body.isMultiValued ?? false
      const isNumber = !['String', 'Binary', 'DateTime'].includes(body.dataType)
      if (isMultiValued && isNumber) {
        // Graph has them; this tenant keeps lists of texts only.
        throw badBody(`Lists of ${body.dataType} are not served by this tenant.`)
      }
      const name = `extension_${appId.replaceAll('-', '')}_${body.name}`
      const made = tenant.extensionProperties.add({ ...body, appId, name, isMultiValued })
      if (!made) {
        throw badBody(`An extension property exists with the name ${name}.`).withDetail(
          'ObjectConflict',
          'name',
        )
      }
      const answer = objectAnswer(tenant, collectionOf(id), view(tenant, made), request.url)
      return reply.code(201).send(answer)
    })
  }
  oneRoutes(app, tenant)
  availableRoute(app, tenant)
}

function oneRoutes(app: FastifyInstance, tenant: TenantState): void {
  const find = (appId: string, id: string): ExtensionProperty => {
    const wanted = id.toLowerCase()
    const found = tenant.extensionProperties
      .list()
      .find((one) => one.id === wanted && one.appId === appId)
    if (!found) throw notFound(id)
    return found
  }
  for (const url of keyed('applications', '/extensionProperties/:property')) {
    app.get<OneRoute>(url, { config }, async (request) => {
      const caller = await requireReader(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      const one = view(tenant, find(application.appId, request.params.property))
      return objectAnswer(tenant, collectionOf(application.id), one, request.url)
    })
    app.delete<OneRoute>(url, { config }, async (request, reply) => {
      const caller = await requireWriter(tenant, request)
      const { application } = findApplication(tenant, caller, request.params.key)
      tenant.extensionProperties.remove(find(application.appId, request.params.property).id)
      return reply.code(204).send()
    })
  }
}

/** https://learn.microsoft.com/graph/api/directoryobject-getavailableextensionproperties */
function availableRoute(app: FastifyInstance, tenant: TenantState): void {
  const url = '/directoryObjects/getAvailableExtensionProperties'
  app.post(url, { config: { endpoint: 'directory' } }, async (request) => {
    await requireAccess(tenant, request, {
      delegated: [...anyObject.delegated, 'Application.Read.All', 'Application.ReadWrite.All'],
      application: [...anyObject.application, 'Application.Read.All', 'Application.ReadWrite.All'],
    })
    const body = (request.body ?? {}) as Readonly<Record<string, unknown>>
    const synced = body['isSyncedFromOnPremises']
    if (synced !== undefined && typeof synced !== 'boolean') {
      throw badRequest("The parameter 'isSyncedFromOnPremises' is not a Boolean.")
    }
    const found = synced === true ? [] : tenant.extensionProperties.list()
    return {
      '@odata.context': `${graphUrl(tenant)}/$metadata#Collection(microsoft.graph.extensionProperty)`,
      value: found.map((one) => view(tenant, one)),
    }
  })
}

function view({ registry }: TenantState, property: ExtensionProperty) {
  const { id, appId, name, dataType, isMultiValued, targetObjects } = property
  return {
    id,
    deletedDateTime: null,
    appDisplayName: registry.entry(appId)?.application.displayName ?? null,
    dataType,
    isMultiValued,
    isSyncedFromOnPremises: false,
    name,
    targetObjects,
  }
}

function collectionOf(applicationId: string): Collection {
  return {
    name: `applications('${applicationId}')/extensionProperties`,
    type: 'extensionProperty',
    filterable: ['name', 'id'],
  }
}
