/**
 * `owners` of applications and of service principals: users and service principals that may manage them.
 * https://learn.microsoft.com/graph/api/application-post-owners
 */

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Entry } from '../../registry/registry.ts'
import type { TenantState } from '../../tenant-state.ts'
import { denied, type AnyCaller } from '../bearer.ts'
import { badBody, notFound } from '../errors.ts'
import { keyed, listAnswer, readBody, type Collection } from '../odata.ts'
import { findServicePrincipal } from '../service-principals.ts'
import { findApplication, maySee, requireReader, requireWriter } from './operations.ts'
import { referencedId, viewReferenced } from './references.ts'

type Route = { Params: { key: string; owner: string } }

const Reference = Type.Object({ '@odata.id': Type.String({ maxLength: 2048 }) })

const config = { endpoint: 'applications' } as const

type Find = (tenant: TenantState, caller: AnyCaller, key: string) => Entry

const owned: readonly [collection: string, find: Find][] = [
  ['applications', findApplication],
  ['servicePrincipals', entryOfPrincipal],
]

export function ownerRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const [collection, find] of owned) {
    for (const url of keyed(collection, '/owners')) routesOf(app, tenant, url, find)
  }
}

function routesOf(app: FastifyInstance, tenant: TenantState, url: string, find: Find): void {
  app.get<Route>(url, { config }, async (request) => {
    const caller = await requireReader(tenant, request)
    const { ownerIds } = find(tenant, caller, request.params.key)
    const rows = ownerIds.flatMap((id) => viewReferenced(tenant, id) ?? [])
    return listAnswer(tenant, owners, rows, request)
  })
  app.post<Route>(`${url}/$ref`, { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const entry = find(tenant, caller, request.params.key)
    const { '@odata.id': reference } = readBody(Reference, request.body, 'DirectoryObject')
    const id = referencedId(tenant, reference)
    if (entry.ownerIds.includes(id)) {
      // Clients look for these words.
      throw badBody(
        "One or more added object references already exist for the following modified properties: 'owners'.",
      )
    }
    entry.ownerIds = [...entry.ownerIds, id]
    return reply.code(204).send()
  })
  app.delete<Route>(`${url}/:owner/$ref`, { config }, async (request, reply) => {
    const caller = await requireWriter(tenant, request)
    const entry = find(tenant, caller, request.params.key)
    const { owner } = request.params
    const left = entry.ownerIds.filter((id) => id !== owner.toLowerCase())
    if (left.length === entry.ownerIds.length) throw notFound(owner)
    entry.ownerIds = left
    return reply.code(204).send()
  })
}

function entryOfPrincipal(tenant: TenantState, caller: AnyCaller, key: string): Entry {
  const { entry } = findServicePrincipal(tenant, key)
  if (!maySee(caller, entry)) throw denied()
  return entry
}

const owners: Collection = {
  name: 'directoryObjects',
  type: 'directoryObject',
  filterable: ['id', 'displayName'],
}
