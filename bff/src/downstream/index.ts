/**
 * The door of this room: other APIs, as the signed-in user. It adds `request.callApi(name, path,
 * options)`; a route never sees a token.
 */
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config/index.ts'
import { ProblemError } from '../problem.ts'
import { createApi, type Api, type CallOptions } from './api.ts'
import { whileConnected } from './client.ts'

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
      return callAsUser(this, api, path, options)
    },
  )
  // Requests of one connection may wait side by side (pipelining), each of them for its end.
  app.server.on('connection', (socket: Socket) => socket.setMaxListeners(0))
  app.addHook('onClose', async () => {
    await Promise.all([...apis.values()].map((api) => api.close()))
  })
}

/** A token that the API refuses is replaced, once; what the API says to the next one counts. */
async function callAsUser(
  request: FastifyRequest,
  api: Api,
  path: string,
  options: CallOptions,
): Promise<unknown> {
  const token = await request.accessToken(api.scopes)
  const call = (accessToken: string) =>
    whileConnected(request.raw.socket, (signal) => api.get(path, accessToken, options, signal))
  try {
    return await call(token)
  } catch (error) {
    if (!isRejection(error)) throw error
    return call(await request.accessToken(api.scopes, token))
  }
}

function isRejection(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'interaction_required'
}

export default fp(downstream, { name: 'downstream', dependencies: ['identity'] })
