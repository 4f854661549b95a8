/**
 * The addresses that need no token: fragments of uploads, and downloads. They are outside of Graph, in the place of
 * SharePoint's. https://learn.microsoft.com/graph/api/driveitem-createuploadsession
 */

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { allowGraphFromPages } from '../../../entra/client/cross-origin.ts'
import { faultError, GraphError, sendGraphError } from '../../errors.ts'
import type { UploadSession } from '../../../drives/upload-sessions.ts'
import type { TenantState } from '../../../tenant-state.ts'
import { driveItemType, eTagOf } from '../entity.ts'
import { itemNotFound } from '../errors.ts'
import { viewOf } from '../item-answer.ts'
import { mimeType } from './mime-types.ts'
import { openDownload, storageOrigin } from './pre-authenticated.ts'
import { readBytes } from '../request-body.ts'
import { finishUpload, statusOf, takeFragment } from './upload-session.ts'

type Route = { Params: { tenant: string; key: string } }

const config = { endpoint: 'files' } as const
const uploads = '/:tenant/_api/v2.0/uploadSessions/:key'
const downloads = '/:tenant/_api/v2.0/downloads/:key'

export async function storageRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  readBytes(app)
  allowGraphFromPages(app, [uploads, downloads])
  app.addHook('onRequest', async (request) => refuseToken(tenant, request))
  app.addHook('preHandler', async (request) => {
    const fault = tenant.faults.consume('files', ['graphError'], request)
    if (fault) throw faultError(tenant, fault)
  })
  app.setErrorHandler<FastifyError | GraphError>((error, request, reply) => {
    const known =
      error instanceof GraphError
        ? error
        : new GraphError(error.statusCode ?? 500, 'generalException', error.message)
    return sendGraphError(tenant, known, request, reply)
  })
  uploadRoutes(app, tenant)
  app.get<Route>(downloads, { config }, async (request, reply) => download(tenant, request, reply))
}

/**
 * "If you include the Authorization header when issuing the PUT call, it may result in an HTTP 401." It does here wherever a
 * client can know better: at a host that is not Graph's.
 */
function refuseToken(tenant: TenantState, { headers }: FastifyRequest): void {
  if (headers.authorization === undefined) return
  if (storageOrigin(tenant) === tenant.graphOrigin) return
  throw new GraphError(401, 'unauthenticated', 'The address is authenticated by itself.')
}

function uploadRoutes(app: FastifyInstance, tenant: TenantState): void {
  const sessionOf = (request: FastifyRequest<Route>): UploadSession => {
    const session = isOwn(tenant, request) ? tenant.uploads.get(request.params.key) : undefined
    // "Handle 404 Not Found errors […] by starting the entire upload over."
    if (!session) throw itemNotFound('The upload session was not found')
    return session
  }
  app.get<Route>(uploads, { config }, async (request) => statusOf(sessionOf(request)))
  app.put<Route>(uploads, { config }, async (request, reply) => {
    const session = sessionOf(request)
    const isLast = takeFragment(tenant, session, request)
    if (isLast && !session.isCommitDeferred) return sendFile(tenant, reply, session)
    return reply.code(202).send(statusOf(session))
  })
  app.post<Route>(uploads, { config }, async (request, reply) =>
    sendFile(tenant, reply, sessionOf(request)),
  )
  app.delete<Route>(uploads, { config }, async (request, reply) => {
    tenant.uploads.remove(sessionOf(request))
    return reply.code(204).send()
  })
}

function isOwn({ tenantId }: TenantState, { params }: FastifyRequest<Route>): boolean {
  return params.tenant.toLowerCase() === tenantId
}

function sendFile(tenant: TenantState, reply: FastifyReply, session: UploadSession): FastifyReply {
  const { item, isNew } = finishUpload(tenant, session)
  const owner = tenant.directory.byId(item.ownerId)
  if (!owner) throw itemNotFound()
  return reply
    .code(isNew ? 201 : 200)
    .send(viewOf(driveItemType, { tenant, owner, item }, undefined))
}

function download(
  tenant: TenantState,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
): FastifyReply {
  const item = isOwn(tenant, request) ? openDownload(tenant, request.params.key) : undefined
  if (!item?.content) throw itemNotFound()
  const { data } = item.content
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private,max-age=0',
    etag: eTagOf(item),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(item.name)}`,
    // A file that a client wrote is never a page of this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  })
  reply.type(mimeType(item.name))
  const range = rangeOf(request.headers.range, data.length)
  if (range === undefined) return reply.send(data)
  if (range === null) {
    return reply.code(416).header('content-range', `bytes */${data.length}`).send()
  }
  const { from, to } = range
  return reply
    .code(206)
    .header('content-range', `bytes ${from}-${to}/${data.length}`)
    .send(data.subarray(from, to + 1))
}

/**
 * RFC 9110 section 14.2: one range. https://learn.microsoft.com/graph/api/driveitem-get-content#partial-range-downloads
 *
 * @returns undefined for all bytes: also for several ranges, which a server may ignore; null for a range behind the end
 */
function rangeOf(header: string | undefined, size: number) {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (from >= size) return null
  return from <= to ? { from, to } : undefined
}
