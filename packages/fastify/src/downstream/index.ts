/**
 * Calls to other APIs as the signed-in user: adds `request.callApi(name, path, options)`,
 * `request.apiResponse(…)` and `request.imageFromApi(…)`. A route never sees a token.
 */
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Static, TSchema } from 'typebox'
import type { Config } from '../config/index.ts'
import { decorateAppCalls } from './as-app.ts'
import { decorateBatches } from './batch.ts'
import { type Api, callAsUser, createApi } from './call.ts'
import { type Call, type CallOptions, jsonCall } from './http.ts'
import { builtPath, nextPage } from './next-page.ts'
import { bodyOf, headersOf, imageOf, type ImageType, type ResponseHeader } from './response.ts'
import { decorateDownloads } from './streams/download.ts'
import { OpenStreams } from './streams/open-streams.ts'
import { decorateServerEvents } from './streams/server-events.ts'
import { decorateUploads } from './streams/upload.ts'

export { outliveClient } from './call.ts'
export { clientGoneStatus } from './http.ts'
export { builtPath } from './next-page.ts'

/** A call whose answer is checked against a schema. */
interface CheckedCall<Answer extends TSchema> extends CallOptions {
  answer: Answer
}

/** An answer with what HTTP says about it. */
export interface ApiResponse<Body = unknown> {
  /** 2xx; 304 if the call had the header `if-none-match`. */
  status: number
  /** As the API sent them. Addresses in them are the API's own. */
  headers: Partial<Record<ResponseHeader, string>>
  /** Undefined if there is no content. */
  body: Body
}

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Calls a configured downstream API with the user's own token.
     *
     * @param name a key of `downstreamApis`
     * @param path starts with `/`. The route builds it, with `encodeURIComponent` for each id, and never
     * takes it from a request
     * @param options `answer`: the answer's schema; another shape is `upstream_failed`. `scopes`: what the token
     * has to allow, of the same API, in place of the configured ones; a permission that the user has not granted is
     * `interaction_required`. `timeoutSeconds`: less than the API's own
     * @returns the answer's JSON; undefined if it has no content
     * @throws ProblemError `interaction_required` (consent, step-up, a session that Entra ended),
     * `forbidden`, `not_found`, `invalid_request`, `conflict`, `storage_full`, `too_many_requests`,
     * `upstream_failed`, `upstream_timeout`, `unavailable`, `internal` (the API does not offer this call),
     * `sign_in_required`. Its `apiStatus` and `apiCodes` are the API's own
     */
    callApi<Answer extends TSchema>(
      name: string,
      path: string,
      options: CheckedCall<Answer>,
    ): Promise<Static<Answer>>
    callApi(name: string, path: string, options?: CallOptions): Promise<unknown>
    /**
     * The same, for a route that needs the answer's status or one of its headers: an `etag` for a later `if-match`,
     * the `location` of something new, `retry-after` of a job that runs on (202). With the header `if-none-match`, 304
     * is an answer without a body.
     *
     * @throws ProblemError as `callApi` does
     */
    apiResponse<Answer extends TSchema>(
      name: string,
      path: string,
      options: CheckedCall<Answer> & { headers: { 'if-none-match': string } },
    ): Promise<ApiResponse<Static<Answer> | undefined>>
    apiResponse<Answer extends TSchema>(
      name: string,
      path: string,
      options: CheckedCall<Answer>,
    ): Promise<ApiResponse<Static<Answer>>>
    apiResponse(name: string, path: string, options?: CallOptions): Promise<ApiResponse>
    /**
     * Reads the link to the next page of a list, such as Graph's `@odata.nextLink`.
     *
     * @param path the path of the list, and `query` what the route sends with every page
     * @returns what the link adds to that query, for the option `page` of `callApi`; keep it on the server,
     * or seal it
     * @throws ProblemError `upstream_failed` for a link that leads elsewhere, or to no other page
     */
    nextPage(
      name: string,
      path: string,
      options: { query?: Record<string, string>; link: string },
    ): string
    /**
     * GETs an image from a configured downstream API with the user's own token.
     *
     * @param options `maxBytes`: the largest image that is accepted
     * @throws ProblemError as `callApi` does; `upstream_failed` for anything but a JPEG or PNG
     */
    imageFromApi(
      name: string,
      path: string,
      options: { maxBytes: number },
    ): Promise<{ type: ImageType; bytes: Uint8Array }>
  }
}

interface DownstreamOptions {
  config: Config
  /** Milliseconds since the epoch. */
  now: () => number
}

async function downstream(app: FastifyInstance, { config, now }: DownstreamOptions): Promise<void> {
  const apis = new Map<string, Api>(
    Object.entries(config.downstreamApis).map(([name, api]) => [
      name,
      createApi(name, api, config.proxy),
    ]),
  )
  function find(name: string): Api {
    const api = apis.get(name)
    if (!api) throw new Error(`downstreamApis in aad.config.json has no API named "${name}"`)
    return api
  }

  decorateCalls(app, find)
  const streams = new OpenStreams(app, config.drain.timeoutMs)
  decorateDownloads(app, find, streams)
  decorateServerEvents(app, streams)
  decorateUploads(app, find)
  decorateBatches(app, find)
  decorateAppCalls(app, { config, find, now })
  // Pipelined requests of one connection each listen for its end.
  app.server.on('connection', (socket: Socket) => socket.setMaxListeners(0))
  app.addHook('onClose', async () => {
    await Promise.all([...apis.values()].map((api) => api.close()))
  })
}

function decorateCalls(app: FastifyInstance, find: (name: string) => Api): void {
  app.decorateRequest(
    'callApi',
    async function (
      this: FastifyRequest,
      name: string,
      path: string,
      options: CallOptions & { answer?: TSchema } = {},
    ) {
      const answer = await callAsUser(this, find(name), jsonCall(path, options), options)
      return bodyOf(name, answer, options.answer)
    },
  )
  app.decorateRequest(
    'apiResponse',
    async function (
      this: FastifyRequest,
      name: string,
      path: string,
      options: CallOptions & { answer?: TSchema } = {},
    ) {
      const { headers = {}, answer: schema } = options
      const notModified = headers['if-none-match'] === undefined ? undefined : 304
      const call = jsonCall(path, options)
      const answer = await callAsUser(this, find(name), call, options, notModified)
      const { status } = answer
      // It repeats no content (RFC 9110 §15.4.5), whatever the schema says.
      const body = status === 304 ? undefined : bodyOf(name, answer, schema)
      return { status, headers: headersOf(answer), body }
    },
  )
  app.decorateRequest('nextPage', (name, path, { query = {}, link }) => {
    const { baseUrl } = find(name)
    return nextPage(link, { name, baseUrl, path: builtPath(path, undefined), query })
  })
  app.decorateRequest('imageFromApi', async function (this: FastifyRequest, name, path, options) {
    const call: Call = {
      method: 'GET',
      path: builtPath(path, undefined),
      headers: {},
      body: undefined,
      accept: 'image/jpeg, image/png',
      maxBytes: options.maxBytes,
    }
    const answer = await callAsUser(this, find(name), call)
    return imageOf(name, answer)
  })
}

export default fp(downstream, { name: 'downstream', dependencies: ['auth'] })
