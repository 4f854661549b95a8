/** `/orders/v1`: a second API, which reads its own tokens. Any entry of `downstreamApis` can be pointed at it. */

import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { TenantState } from '../tenant-state.ts'
import { requireOrdersReader, requireOrdersUser, OrdersError } from './caller.ts'

interface Order {
  id: string
  item: string
  quantity: number
  /** ISO 8601. */
  orderedAt: string
}

const NewOrder = Type.Object(
  {
    item: Type.String({ minLength: 1, maxLength: 100 }),
    quantity: Type.Integer({ minimum: 1, maximum: 1000 }),
  },
  { additionalProperties: false },
)

const config = { endpoint: 'orders' } as const
const readers = ['Orders.Read', 'Orders.ReadWrite']
/** A test or a person at the keyboard orders less. */
const mostOrders = 100

export async function orderRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  const orders = new Map<string, Order[]>()
  const of = (userId: string) => {
    const own = orders.get(userId) ?? firstOrders(tenant.now())
    orders.set(userId, own)
    return own
  }
  app.addHook('preHandler', async (request) => {
    const fault = tenant.faults.consume('orders', ['graphError'], request)
    if (!fault) return
    const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
    throw new OrdersError(
      fault.status,
      fault.code,
      fault.message ?? 'A fault that was set.',
      headers,
    )
  })
  app.setErrorHandler<FastifyError | OrdersError>((error, _request, reply) =>
    error instanceof OrdersError
      ? sendError(reply, error)
      : sendError(reply, new OrdersError(error.statusCode ?? 500, 'InvalidRequest', error.message)),
  )
  app.setNotFoundHandler((_request, reply) =>
    sendError(reply, new OrdersError(404, 'NotFound', 'There is nothing at this address.')),
  )
  app.get('/orders', { config }, async (request) => {
    const { userId } = await requireOrdersReader(tenant, request, readers)
    return { value: userId === undefined ? [...orders.values()].flat() : of(userId) }
  })
  app.get<{ Params: { id: string } }>('/orders/:id', { config }, async (request) => {
    const { userId } = await requireOrdersUser(tenant, request, readers)
    const order = of(userId).find(({ id }) => id === request.params.id)
    if (order) return order
    throw new OrdersError(404, 'OrderNotFound', 'There is no such order.')
  })
  app.post('/orders', { config }, async (request, reply) => {
    const { userId } = await requireOrdersUser(tenant, request, ['Orders.ReadWrite'])
    const { body } = request
    if (!Value.Check(NewOrder, body)) {
      throw new OrdersError(
        400,
        'InvalidOrder',
        'An order has an item and a quantity from 1 to 1000.',
      )
    }
    const own = of(userId)
    if (own.length >= mostOrders) throw new OrdersError(507, 'TooManyOrders', 'No more orders fit.')
    const order = { id: randomUUID(), ...body, orderedAt: new Date(tenant.now()).toISOString() }
    own.push(order)
    return reply.code(201).send(order)
  })
}

/** What a user has ordered before anything is sent. */
function firstOrders(now: number): Order[] {
  const orderedAt = new Date(now).toISOString()
  return [
    { id: '1001', item: 'Notebook', quantity: 3, orderedAt },
    { id: '1002', item: 'Desk lamp', quantity: 1, orderedAt },
  ]
}

function sendError(reply: FastifyReply, { status, code, message, headers }: OrdersError) {
  return reply.code(status).headers(headers).send({ error: { code, message } })
}
