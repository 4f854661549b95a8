/** A route for tests that shows the access token of a request. */

import type { Answer, Browser } from '@gatehouse/tenant/testing'
import type { FastifyInstance } from 'fastify'

/** `GET /test/token?scopes=A%20B`, for users who are signed in. */
export function tokenRoute(app: FastifyInstance): void {
  app.get<{ Querystring: { scopes: string } }>(
    '/test/token',
    { onRequest: (...hook) => app.requireSignIn.apply(app, hook) },
    async (request) => ({ token: await request.accessToken(request.query.scopes.split(' ')) }),
  )
}

export function askToken(browser: Browser, scopes: string): Promise<Answer> {
  return browser.get(`/test/token?scopes=${encodeURIComponent(scopes)}`)
}

/** The token in an answer. */
export function tokenIn(answer: Answer): string {
  return (answer.json() as { token: string }).token
}
