/** A route of a test's own that shows which access token a request gets. */
import type { FastifyInstance } from 'fastify'
import type { Answer, Browser } from '@gatehouse/tenant/testing'

/** `GET /test/token?scopes=A%20B`, for the signed-in. */
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

/** The token that an answer brought. */
export function tokenIn(answer: Answer): string {
  return (answer.json() as { token: string }).token
}
