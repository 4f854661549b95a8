/** `/directoryObjects`: objects of any type by id. https://learn.microsoft.com/graph/api/resources/directoryobject */

import type { FastifyInstance } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { anyObject, anyUser, groups } from '../access.ts'
import { contextOf, graphUrl, type Row } from '../protocol/answers.ts'
import { requireAccess } from '../bearer.ts'
import { badBody, badRequest, notFound } from '../errors.ts'
import { presentEntries } from '../service-principals.ts'
import { findObject, objectType, viewObject, type DirectoryObject } from './object.ts'
import { readQuery } from '../query.ts'

const config = { endpoint: 'directory' } as const

export function directoryObjectRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get<{ Params: { id: string } }>('/directoryObjects/:id', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, readable(tenant, request.params.id))
    const query = readQuery(request, objectType, true)
    const found = findObject(tenant, request.params.id)
    const other = found ? undefined : applicationObject(tenant, request.params.id)
    if (!found && !other) throw notFound(request.params.id)
    return {
      '@odata.context': `${contextOf(tenant, 'directoryObjects', query)}/$entity`,
      ...(found ? viewObject(found, caller, query.select) : other),
    }
  })
  app.post('/directoryObjects/getByIds', { config }, async (request) => {
    const caller = await requireAccess(tenant, request, {
      delegated: [...anyObject.delegated, ...anyUser.delegated, ...groups.delegated],
      application: [...anyObject.application, ...anyUser.application, ...groups.application],
    })
    const { ids, types } = readIds(request.body)
    const isWanted = (type: string) =>
      types === undefined || types.includes(type.toLowerCase()) || types.includes('directoryobject')
    const value: Row[] = ids.flatMap((id) => {
      const found = findObject(tenant, id)
      if (found) return isWanted(found.type) ? [viewObject(found, caller, undefined)] : []
      const other = applicationObject(tenant, id)
      return other && isWanted(String(other['@odata.type']).slice('#microsoft.graph.'.length))
        ? [other]
        : []
    })
    return { '@odata.context': `${graphUrl(tenant)}/$metadata#directoryObjects`, value }
  })
}

/** https://learn.microsoft.com/graph/api/directoryobject-get: or the permission to read objects of that type. */
function readable(tenant: TenantState, id: string) {
  const type: DirectoryObject['type'] | undefined = findObject(tenant, id)?.type
  const more = type === 'user' ? anyUser : type === 'group' ? groups : anyObject
  return {
    delegated: [...anyObject.delegated, ...more.delegated],
    application: [...anyObject.application, ...more.application],
  }
}

function applicationObject(tenant: TenantState, id: string): Row | undefined {
  const wanted = id.toLowerCase()
  for (const { entry, principal } of presentEntries(tenant)) {
    const { displayName, appId } = entry.application
    const isApplication = entry.isRegistered && entry.application.id.toLowerCase() === wanted
    if (principal.id.toLowerCase() !== wanted && !isApplication) continue
    return {
      '@odata.type': isApplication
        ? '#microsoft.graph.application'
        : '#microsoft.graph.servicePrincipal',
      id,
      deletedDateTime: null,
      appId,
      displayName,
    }
  }
  return undefined
}

/** https://learn.microsoft.com/graph/api/directoryobject-getbyids */
const mostIds = 1_000

function readIds(body: unknown): { ids: string[]; types: string[] | undefined } {
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : []
  const list = (name: string): string[] | undefined => {
    const value: unknown = members.find(([key]) => key === name)?.[1]
    if (value === undefined || value === null) return undefined
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
    throw badRequest(`The parameter '${name}' is not a list of strings.`)
  }
  const ids = list('ids')
  if (!ids) throw badRequest("The parameter 'ids' is missing.")
  if (ids.length > mostIds) throw badBody(`The parameter 'ids' has more than ${mostIds} values.`)
  return { ids, types: list('types')?.map((type) => type.toLowerCase()) }
}
