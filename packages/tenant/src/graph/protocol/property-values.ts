/**
 * One property as an address: `/me/displayName`, and its bare value at `/me/displayName/$value`.
 * OData 4.01 Protocol, sections 11.2.4 and 11.2.4.1.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TenantState } from '../../tenant-state.ts'
import { GraphError } from '../errors.ts'
import { spelled, type EntityType } from '../filter/entity.ts'
import { graphUrl, type Row } from './answers.ts'

type Route = { Params: { property: string } }

export interface Source<T> {
  /** As it is at the time of a request. */
  type: () => EntityType<T>
  /** `users` */
  set: string
  endpoint: 'me' | 'users' | 'groups'
  /** The object as the caller may see it. @throws GraphError 401, 403, 404 */
  read(request: FastifyRequest, property: string): Promise<Row & { id: string }>
}

/**
 * @param base of the addresses, such as `/users/:id`
 * @param unknownAddress what Graph answers to a segment that is no property
 */
export function propertyRoutes<T>(
  app: FastifyInstance,
  tenant: TenantState,
  base: string,
  { type, set, endpoint, read }: Source<T>,
  unknownAddress: (request: FastifyRequest) => GraphError,
): void {
  const config = { endpoint }
  const nameOf = (request: FastifyRequest<Route>) => {
    const name = spelled(type(), request.params.property)
    if (name !== undefined) return name
    if (request.journalEntry) request.journalEntry.isServed = false
    throw unknownAddress(request)
  }
  app.get<Route>(`${base}/:property`, { config }, async (request, reply) => {
    const name = nameOf(request)
    const row = await read(request, name)
    // OData: a property without a value has no content.
    if (row[name] === null) return reply.code(204).send()
    return {
      '@odata.context': `${graphUrl(tenant)}/$metadata#${set}('${row.id}')/${name}`,
      value: row[name],
    }
  })
  app.get<Route>(`${base}/:property/$value`, { config }, async (request, reply) => {
    const name = nameOf(request)
    const row = await read(request, name)
    return sendValue(reply, row[name])
  })
}

function sendValue(reply: FastifyReply, value: unknown): FastifyReply {
  if (value === null || value === undefined) return reply.code(204).send()
  if (typeof value === 'object') {
    // OData 4.01 Protocol, section 11.2.4.1: only primitive values have a bare form.
    throw new GraphError(400, 'BadRequest', 'The $value of a complex property cannot be read.')
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return reply.type('text/plain; charset=utf-8').send(text)
}
