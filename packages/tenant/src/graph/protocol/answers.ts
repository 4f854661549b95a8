/** Answers in OData's form: lists with pages and counts, and single objects. OData JSON Format 4.01. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { badBody } from '../errors.ts'
import type { EntityType } from '../filter/entity.ts'
import { countOf, pageOf } from '../filter/page.ts'
import { isConsistencyEventual, parseOptions, type Query } from '../query.ts'

export type Row = Readonly<Record<string, unknown>>

/** `#users` and the like, for `@odata.context`. */
export function contextOf(
  tenant: TenantState,
  name: string,
  query?: Pick<Query, 'select'>,
): string {
  const select = query?.select
  return `${graphUrl(tenant)}/$metadata#${name}${select ? `(${select.join(',')})` : ''}`
}

export function graphUrl(tenant: TenantState): string {
  return `${tenant.graphOrigin}/v1.0`
}

export interface List<T> {
  type: EntityType<T>
  objects: readonly T[]
  query: Query
  /** For `@odata.context`: `users`. */
  context: string
  view: (object: T) => Row
}

/** @throws GraphError 400 */
export function listAnswer<T>(
  tenant: TenantState,
  request: FastifyRequest,
  { type, objects, query, context, view }: List<T>,
) {
  const page = pageOf(tenant, type, objects, query, addressOf(tenant, request))
  return {
    '@odata.context': contextOf(tenant, context, query),
    ...(page.count === undefined ? {} : { '@odata.count': page.count }),
    ...(page.nextLink === undefined ? {} : { '@odata.nextLink': page.nextLink }),
    value: page.objects.map(view),
  }
}

/**
 * `…/$count`: the number as plain text.
 *
 * @throws GraphError 400 without `ConsistencyLevel: eventual`: https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function sendCount<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  type: EntityType<T>,
  objects: readonly T[],
): FastifyReply {
  if (!isConsistencyEventual(request)) throw badBody('$count is not currently supported.')
  const { $filter, $search } = parseOptions(request.url)
  const options = {
    ...($filter === undefined ? {} : { $filter }),
    ...($search === undefined ? {} : { $search }),
  }
  // The segment counts, so the query is an advanced one by the header alone.
  const query = { options, select: undefined, isEventual: true, isAdvanced: true, counts: true }
  return reply.type('text/plain').send(String(countOf(type, objects, query)))
}

/** The absolute address of a request, without its query. */
export function addressOf(tenant: TenantState, { url }: FastifyRequest): string {
  const [path = ''] = url.split('?', 1)
  return tenant.graphOrigin + path.replace(/^https?:\/\/[^/]+/i, '')
}

const addresses = ['@odata.context', '@odata.nextLink', '@odata.deltaLink'] as const

/** An answer in the form that the request asked for: with the addresses of `/beta`, or without metadata. */
export function answerForm(request: FastifyRequest, answer: object): object {
  const isBeta = /^(?:https?:\/\/[^/]+)?\/beta\//i.test(request.originalUrl)
  const isBare = /odata\.metadata=none/i.test(request.headers.accept ?? '')
  if (!isBeta && !isBare) return answer
  const formed: Record<string, unknown> = { ...answer }
  for (const name of addresses) {
    const address = formed[name]
    if (isBeta && typeof address === 'string') formed[name] = address.replace('/v1.0/', '/beta/')
  }
  if (isBare) delete formed['@odata.context']
  return formed
}
