/** What the organisation's directory knows about the signed-in user beyond the token: adds `request.groups()`. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createGroups } from './groups.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The object ids of the groups that the user is in, from the token, or where they are too many for
     * it (groups overage) from Graph, once per session and instance.
     *
     * @throws ProblemError as `callApi` does
     */
    groups(): Promise<readonly string[]>
  }
}

function directory(app: FastifyInstance, _options: object, done: () => void): void {
  const groups = createGroups()
  app.decorateRequest('groups', function (this: FastifyRequest) {
    return groups.of(this)
  })
  done()
}

export default fp(directory, { name: 'directory', dependencies: ['identity', 'downstream'] })
