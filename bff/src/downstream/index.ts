/**
 * The door of this room: other APIs, as the signed-in user. It adds `request.callApi(name, path,
 * options)`; a route never sees a token.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config/index.ts'
import { createApi, type Api, type CallOptions } from './api.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * GETs JSON from a configured downstream API with the user's own token.
     *
     * @param name a key of `downstreamApis`
     * @param path starts with `/`; built by the route, never taken from a request
     * @throws ProblemError `forbidden`, `not_found`, `interaction_required`, `too_many_requests`,
     * `upstream_failed`, `upstream_timeout`, `unavailable`
     */
    callApi(name: string, path: string, options?: CallOptions): Promise<unknown>
  }
}

async function downstream(app: FastifyInstance, { config }: { config: Config }): Promise<void> {
  const apis = new Map<string, Api>(
    Object.entries(config.downstreamApis).map(([name, api]) => [name, createApi(name, api)]),
  )
  app.decorateRequest(
    'callApi',
    async function (this: FastifyRequest, name: string, path: string, options: CallOptions = {}) {
      const api = apis.get(name)
      if (!api) throw new Error(`downstreamApis in aad.config.json has no API named "${name}"`)
      return api.get(path, await this.accessToken(api.scopes), options)
    },
  )
  app.addHook('onClose', async () => {
    await Promise.all([...apis.values()].map((api) => api.close()))
  })
}

export default fp(downstream, { name: 'downstream', dependencies: ['identity'] })
