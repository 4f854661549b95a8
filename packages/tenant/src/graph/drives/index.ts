/**
 * The drives of users: `/me/drive`, `/users/{id}/drive` and `/drives/{id}`, and their items by id and by path.
 * https://learn.microsoft.com/graph/api/resources/driveitem
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DriveItem } from '../../drives/drives.ts'
import type { TenantState } from '../../tenant-state.ts'
import { badRequest, type GraphError } from '../errors.ts'
import { contextOf, listAnswer } from '../protocol/answers.ts'
import { readQuery } from '../query.ts'
import { findItem, parseAddress, type ItemAddress } from './address.ts'
import { changeItem, createChild, deleteItem } from './changes.ts'
import { putContent, sendContent } from './files/content.ts'
import { driveItemType, driveType } from './entity.ts'
import { invalidRequest, itemNotFound } from './errors.ts'
import { itemAnswer, notChanged, viewOf, type ItemRequest } from './item-answer.ts'
import { readBytes } from './request-body.ts'
import { readFiles, requireDrive, writeFiles, type DriveTarget } from './target.ts'
import { commitUpload, createSession } from './files/upload-session.ts'

type Params = { id?: string; drive?: string; '*'?: string }
type Request = FastifyRequest<{ Params: Params }>

const config = { endpoint: 'files' } as const
const bases = ['/me/drive', '/drive', '/users/:id/drive', '/drives/:drive']

/** What can be asked of an item, by method and by what follows its address. */
type Operation = (
  request: ItemRequest,
  reply: FastifyReply,
) => Promise<FastifyReply | object> | FastifyReply | object

const operations: Readonly<Record<string, Operation>> = {
  'GET ': (one, reply) =>
    notChanged(one, found(one)) ? reply.code(304).send() : itemAnswer(one, found(one)),
  'GET children': listChildren,
  'GET content': (one, reply) => sendContent(one, reply, found(one)),
  'PUT content': putContent,
  'PUT ': commitUpload,
  'POST children': createChild,
  'POST createuploadsession': createSession,
  'PATCH ': (one) => changeItem(one, found(one)),
  'DELETE ': (one, reply) => deleteItem(one, reply, found(one)),
}

export async function driveRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  // What is sent is a file, whatever its type: also JSON is kept as it came.
  readBytes(app)
  for (const base of bases) {
    app.get<{ Params: Params }>(base, { config }, async (request) => sendDrive(tenant, request))
    for (const method of ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'] as const) {
      app.route<{ Params: Params }>({
        method,
        url: `${base}/*`,
        config,
        handler: async (request, reply) => serve(tenant, request, reply),
      })
    }
  }
  for (const url of ['/me/drives', '/users/:id/drives']) {
    app.get<{ Params: Params }>(url, { config }, async (request) => {
      const { owner } = await requireDrive(tenant, request, readFiles)
      const query = readQuery(request, driveType)
      return listAnswer(tenant, request, {
        type: driveType,
        objects: [{ tenant, owner }],
        query,
        context: 'drives',
        view: (drive) => viewOf(driveType, drive, query.select),
      })
    })
  }
}

async function sendDrive(tenant: TenantState, request: Request) {
  const { owner } = await requireDrive(tenant, request, readFiles)
  const query = readQuery(request, driveType, true)
  return {
    '@odata.context': `${contextOf(tenant, 'drives', query)}/$entity`,
    ...viewOf(driveType, { tenant, owner }, query.select),
  }
}

async function serve(tenant: TenantState, request: Request, reply: FastifyReply) {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const address = addressIn(request)
  const operation = address && operations[`${method} ${address.rest.join('/').toLowerCase()}`]
  if (!address || !operation) throw notServed(request, address)
  const access = method === 'GET' ? readFiles : writeFiles
  const target: DriveTarget = await requireDrive(tenant, request, access)
  return operation({ tenant, request, ...target, address }, reply)
}

/** What stands behind the drive, as it was sent: the router would decode slashes in names. */
function addressIn({ url }: Request): ItemAddress | undefined {
  const [path = ''] = url.split('?', 1)
  const tail = /\/(?:drive|drives\/[^/]+)\/(.*)$/i.exec(path)?.[1]
  return tail === undefined ? undefined : parseAddress(tail)
}

/** Thumbnails, versions, sharing and the like, which Graph has. */
function notServed(request: Request, address: ItemAddress | undefined): GraphError {
  if (request.journalEntry) request.journalEntry.isServed = false
  const [segment = ''] = address?.rest.slice(-1) ?? request.params['*']?.split('/') ?? []
  return segment === ''
    ? invalidRequest('The HTTP method is not supported for this resource.')
    : badRequest(`Resource not found for the segment '${segment.replace(/\(.*$/, '')}'.`)
}

/** @throws GraphError 404 */
function found({ tenant, owner, address }: ItemRequest): DriveItem {
  const item = findItem(tenant.drives, owner.id, address)
  if (!item) throw itemNotFound()
  return item
}

function listChildren(one: ItemRequest): object {
  const { tenant, request, owner } = one
  const folder = found(one)
  const query = readQuery(request, driveItemType)
  const objects = tenant.drives.children(folder).map((item) => ({ tenant, owner, item }))
  return listAnswer(tenant, request, {
    type: driveItemType,
    objects,
    query,
    context: `users('${owner.id}')/drive/items('${folder.id}')/children`,
    view: (each) => viewOf(driveItemType, each, query.select),
  })
}
