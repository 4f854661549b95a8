/**
 * better-auth as its documentation has it: the guide for Fastify, `node:sqlite` as the database, which has sessions and
 * tokens, and the cookie cache of "Optimizing for performance". What deviates is in its favour, and says so.
 */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { fromNodeHeaders } from 'better-auth/node'
import Fastify, { type FastifyInstance } from 'fastify'
import { graphScope, portOf, secret, usersOf, type PeerSettings, type StartPeer } from './peer.ts'

/** As Gatehouse's in a benchmark: high enough for any load. */
const max = 100_000_000

export const start: StartPeer = async (settings) => {
  const auth = await authOf(settings)
  const users = usersOf(settings)
  const app = Fastify()
  passToAuth(app, settings.publicUrl, auth.handler)
  app.get('/api/me', async (request, reply) => {
    const signedIn = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
    if (!signedIn) return reply.code(401).send()
    const { id, name, email } = signedIn.user
    return { id, name, email }
  })

  /** By user. An account keeps its id, so the question for it is not part of each request. */
  const accountIds = new Map<string, string>()
  app.get<{ Querystring: { top: string } }>('/api/users', async (request, reply) => {
    const headers = fromNodeHeaders(request.headers)
    const signedIn = await auth.api.getSession({ headers })
    if (!signedIn) return reply.code(401).send()
    const userId = signedIn.user.id
    let accountId = accountIds.get(userId)
    if (accountId === undefined) {
      const [account] = await auth.api.listUserAccounts({ headers })
      accountId = account?.id ?? ''
      accountIds.set(userId, accountId)
    }
    const { accessToken } = await auth.api.getAccessToken({ body: { accountId }, headers })
    return reply.type('application/json').send(await users(accessToken, request.query.top))
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return portOf(app.server)
}

async function authOf(settings: PeerSettings) {
  const { authorityHost, tenantId, clientId, clientSecret, publicUrl, folder } = settings
  const database = new DatabaseSync(join(folder, 'better-auth.sqlite'))
  // Not in its documentation, but Gatehouse's has it too: a write does not wait for the disk.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const options = {
    baseURL: publicUrl,
    secret,
    database,
    socialProviders: {
      microsoft: {
        clientId,
        clientSecret,
        tenantId,
        authority: authorityHost,
        scope: [graphScope],
        // It would be asked for at graph.microsoft.com in every sign-in.
        disableProfilePhoto: true,
      },
    },
    // An hour in place of its five minutes: the load keeps no renewed cookies, as a browser would.
    session: { cookieCache: { enabled: true, maxAge: 60 * 60 } },
    rateLimit: {
      enabled: true,
      window: 10,
      max,
      customRules: { '/sign-in/*': { window: 10, max } },
    },
    // It would warn that no proxy is in front, which tells the client's address.
    logger: { level: 'error' as const },
    telemetry: { enabled: false },
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  return betterAuth(options)
}

function passToAuth(
  app: FastifyInstance,
  publicUrl: string,
  handler: (request: Request) => Promise<Response>,
): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/auth/*',
    handler: async (request, reply) => {
      const response = await handler(
        new Request(new URL(request.url, publicUrl), {
          method: request.method,
          headers: fromNodeHeaders(request.headers),
          ...(request.body ? { body: JSON.stringify(request.body) } : {}),
        }),
      )
      reply.code(response.status)
      for (const [name, value] of response.headers) reply.header(name, value)
      return reply.send(response.body ? await response.text() : null)
    },
  })
}
