/** The app's own endpoints. Everything registered here is for the signed-in: add yours to the list. */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import claims from './claims.ts'
import me from './me.ts'
import organisation from './organisation.ts'
import userPhoto from './user-photo.ts'
import users from './users.ts'

async function routes(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', app.requireSignIn)
  await app.register(me)
  await app.register(claims)
  await app.register(organisation)
  await app.register(users)
  await app.register(userPhoto)
}

// `encapsulate` keeps the hook to these routes; `dependencies` refuses another order at start.
export default fp(routes, { name: 'routes', dependencies: ['gatehouse'], encapsulate: true })
