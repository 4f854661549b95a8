import { continueUrl } from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { bearerClaims } from '@gatehouse/test-support/bearer'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const api = 'api://6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'
const Orders = Type.Object({ value: Type.Array(Type.Object({ item: Type.String() })) })

const gatehouse = useTestApp({
  configFor: ({ graphUrl, ordersUrl }) => ({
    downstreamApis: {
      graph: { baseUrl: graphUrl, scopes: ['User.ReadBasic.All'] },
      orders: { baseUrl: ordersUrl, scopes: [`${api}/Orders.Read`] },
      unknown: { baseUrl: ordersUrl, scopes: ['api://nowhere/Orders.Read'] },
      misspelt: { baseUrl: ordersUrl, scopes: [`${api}/Orders.Reed`] },
    },
  }),
  extend: (app: FastifyInstance) => {
    for (const name of ['orders', 'unknown', 'misspelt']) {
      app.get(`/test/${name}`, { onRequest: app.requireSignIn }, (request) =>
        request.callApi(name, '/orders', { answer: Orders }),
      )
    }
    const ordering = [app.requireSignIn, app.requireScopes(`${api}/Orders.ReadWrite`)]
    app.get('/test/order', { onRequest: ordering }, (request) =>
      request.callApi('orders', '/orders', {
        method: 'POST',
        body: { item: 'Stapler', quantity: 2 },
      }),
    )
    app.get('/test/bad-order', { onRequest: ordering }, (request) =>
      request.callApi('orders', '/orders', { method: 'POST', body: { item: '' } }),
    )
  },
})

/** Consents by _Continue_, as the page offers it. */
async function consent(browser: Browser, place: number, path: string, scope: string) {
  const problem = expectProblem(await browser.get(path), 401, 'interaction_required')
  expect(problem).toMatchObject({ reason: 'consent', scopes: [scope] })
  const { location } = await browser.get(continueUrl(problem.signInUrl ?? '', '/'))
  const user = people(gatehouse().tenant).at(place).userPrincipalName
  const back = await browser.send(await browser.callbackFrom(location, { user }))
  expect([back.status, back.location]).toEqual([303, '/'])
}

describe('a second API, on the local tenant', () => {
  it('is called with a token of its own, after the user has consented to its scope', async () => {
    const browser = await gatehouse().signedIn(50)
    await consent(browser, 50, '/test/orders', `${api}/Orders.Read`)
    const orders = (await browser.get('/test/orders')).json() as { value: { item: string }[] }
    expect(orders.value.map(({ item }) => item)).toEqual(['Notebook', 'Desk lamp'])
    const sent = gatehouse()
      .tenant.journal.entries()
      .findLast(({ endpoint }) => endpoint === 'orders')
    const token = /^Bearer (.+)$/.exec(String(sent?.headers['authorization']))?.[1] ?? ''
    expect(bearerClaims(token)).toMatchObject({
      aud: api.slice('api://'.length),
      scp: 'Orders.Read',
      ver: '2.0',
    })
    // Graph still gets Graph's token.
    expect((await browser.get('/api/users')).status).toBe(200)
  })

  it('gets a token with what a route requires at once, and what the user ordered is there', async () => {
    const browser = await gatehouse().signedIn(51)
    await consent(browser, 51, '/test/orders', `${api}/Orders.Read`)
    await consent(browser, 51, '/test/order', `${api}/Orders.ReadWrite`)
    expect((await browser.get('/test/order')).status).toBe(200)
    expect((await browser.get('/test/orders')).text).toContain('Stapler')
    expectProblem(await browser.get('/test/bad-order'), 400, 'invalid_request')
  })

  it.each(['unknown', 'misspelt'])(
    'is configuration if the tenant has no such scope: %s',
    async (name) => {
      const problem = expectProblem(
        await (await gatehouse().signedIn(52)).get(`/test/${name}`),
        500,
        'misconfigured',
      )
      expect(problem.api).toBe(name)
    },
  )

  it('names itself in a failure', async () => {
    const browser = await gatehouse().signedIn(53)
    await consent(browser, 53, '/test/orders', `${api}/Orders.Read`)
    gatehouse().tenant.faults.set({ at: 'orders', kind: 'respond', status: 500 })
    expect(expectProblem(await browser.get('/test/orders'), 502, 'upstream_failed').api).toBe(
      'orders',
    )
  })
})
