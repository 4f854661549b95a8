import { expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { ProblemError } from '../../src/errors.ts'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn, gatehouse } = await useOrders({ displayName: 'Order service' })

it('a failure of an API has the name that people know, and the log has its key', async () => {
  const browser = await signedIn()
  route.does((request) => request.callApi('orders', '/things'))
  upstream.answers((response) => json(response, {}, 500))
  const problem = expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
  expect(problem).toMatchObject({
    api: 'orders',
    apiName: 'Order service',
    detail: 'Order service failed.',
  })
  expect(JSON.parse(gatehouse().logs.at(-1) ?? '')).toMatchObject({ api: 'orders' })
})

it('a failure that a route describes itself keeps its sentence', async () => {
  const browser = await signedIn()
  route.does(() => {
    throw new ProblemError('conflict', 'The order is sent.', { api: 'orders' })
  })
  const problem = expectProblem(await browser.get('/test/call'), 409, 'conflict')
  expect(problem).toMatchObject({ apiName: 'Order service', detail: 'The order is sent.' })
})

it('an API without such a name has its key', async () => {
  const browser = await signedIn()
  route.does((request) => request.callApi('graph', '/things'))
  upstream.answers((response) => json(response, {}, 500))
  const problem = expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
  expect(problem.detail).toBe('The API "graph" failed.')
  expect(problem).not.toHaveProperty('apiName')
})
