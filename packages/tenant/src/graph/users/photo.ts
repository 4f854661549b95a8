/** Photos of users, in sizes, and their metadata. https://learn.microsoft.com/graph/api/profilephoto-get */

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasPhoto, portrait, portraitSize } from '../../directory/portrait.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { changeOwnPhoto, changePhotos, ownPhoto, photos } from '../access.ts'
import { graphUrl, type Row } from '../protocol/answers.ts'
import { badRequest, GraphError } from '../errors.ts'
import { isAvailable, pictureOf, pictureSize, pictureType } from './picture.ts'
import { ofUsers, requireAdministrator, requireTarget } from './view.ts'

/** Pixels on each side, as the page lists them. Entra's own photos may have any size; here they have 96 without a size. */
const sizes = [48, 64, 96, 120, 240, 360, 432, 504, 648]

type Route = { Params: { size?: string } }

export function photoRoutes(app: FastifyInstance, tenant: TenantState): void {
  const config = { endpoint: 'photo' } as const
  const access = { own: ownPhoto, any: photos }
  for (const url of [
    ...ofUsers('/photo/$value'),
    ...ofUsers('/photos/:size/$value'),
    ...ofUsers('/photo/:size/$value'),
  ]) {
    app.get<Route>(url, { config }, async (request, reply) => {
      const { user } = await requireTarget(tenant, request, access)
      const { size } = request.params
      return sendPhoto(request, reply, user, size === undefined ? undefined : sizeOf(size))
    })
  }
  for (const url of [...ofUsers('/photo'), ...ofUsers('/photos/:size')]) {
    app.get<Route>(url, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, access)
      const { size } = request.params
      const wanted = size === undefined ? undefined : sizeOf(size)
      if (!hasPhoto(user)) throw notFound()
      return {
        '@odata.context': `${graphUrl(tenant)}/$metadata#users('${user.id}')/photo/$entity`,
        ...metadata(tenant, user, wanted),
      }
    })
  }
  for (const url of ofUsers('/photos')) {
    app.get(url, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, access)
      const offered = hasPhoto(user) ? sizes.filter((size) => isOffered(user, size)) : []
      return {
        '@odata.context': `${graphUrl(tenant)}/$metadata#users('${user.id}')/photos`,
        value: offered.map((size) => metadata(tenant, user, size)),
      }
    })
  }
}

/** The page: at most 4 MB. */
const largestPhoto = 4 * 1024 * 1024

/** Writes and deletes photos. */
export async function photoWriteRoutes(app: FastifyInstance, tenant: TenantState): Promise<void> {
  const config = { endpoint: 'photo' } as const
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) => body)
  const access = { own: changeOwnPhoto, any: changePhotos }
  for (const method of ['PUT', 'PATCH'] as const) {
    for (const url of ofUsers('/photo/$value')) {
      const options = { config, bodyLimit: largestPhoto, method, url }
      app.route({
        ...options,
        handler: async (request, reply) => {
          const { caller, user } = await requireTarget(tenant, request, access)
          if (caller.user?.id !== user.id) requireAdministrator(caller)
          const photo = readPhoto(request)
          tenant.directory.putUser({ ...user, photo })
          return reply.code(200).send()
        },
      })
    }
  }
  for (const url of ofUsers('/photo/$value')) {
    app.delete(url, { config }, async (request, reply) => {
      const { caller, user } = await requireTarget(tenant, request, access)
      if (caller.user?.id !== user.id) requireAdministrator(caller)
      if (!hasPhoto(user)) throw notFound()
      tenant.directory.putUser({ ...user, photo: null })
      return reply.code(204).send()
    })
  }
}

/**
 * The client for JavaScript sends `application/json` with whatever it is given, as its documentation shows it for a photo: so the
 * bytes say what they are, unless the header does.
 *
 * @throws GraphError 400
 */
function readPhoto({ body, headers }: FastifyRequest): { type: string; data: string } {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  const [said = ''] = String(headers['content-type']).split(';')
  const type = pictureType(bytes) ?? (/^image\//i.test(said) ? said : undefined)
  if (type === undefined || bytes.length === 0) {
    throw badRequest('The body of the request is no image.')
  }
  return { type, data: bytes.toString('base64') }
}

function notFound(): GraphError {
  return new GraphError(404, 'ImageNotFound', 'The photo was not found.')
}

/** @throws GraphError 404 for a size that is not offered */
function sizeOf(text: string): number {
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/i.exec(text) ?? []
  const size = sizes.find((known) => String(known) === width)
  if (size !== undefined && width === height) return size
  throw notFound()
}

/** The tag of a photo, without drawing it. */
function etagOf({ id, photo }: TenantUser, size: number | undefined): string {
  const ofSize = size === undefined || size === portraitSize ? '' : ` ${size}`
  const seed = photo ? `${photo.data}${size === undefined ? '' : ` ${size}`}` : `${id}${ofSize}`
  return `"${createHash('sha256').update(`photo ${seed}`).digest('hex').slice(0, 40)}"`
}

/** Of a drawn photo, every size is there. */
function isOffered({ photo }: TenantUser, size: number): boolean {
  return !photo || isAvailable(Buffer.from(photo.data, 'base64'), size)
}

/**
 * The page: "If the specified size is not available […], the size of 1x1 is returned with the rest of metadata."
 *
 * @param size undefined for the photo as it is
 */
function metadata(tenant: TenantState, user: TenantUser, size: number | undefined): Row {
  const { width, height } = sizeShown(user, size)
  return {
    '@odata.id': `${graphUrl(tenant)}/users('${user.id}')/photos('${width}x${height}')`,
    '@odata.mediaContentType': user.photo?.type ?? 'image/png',
    '@odata.mediaEtag': etagOf(user, size),
    id: `${width}x${height}`,
    height,
    width,
  }
}

function sizeShown(user: TenantUser, size: number | undefined) {
  const none = { width: 1, height: 1 }
  if (size !== undefined) return isOffered(user, size) ? { width: size, height: size } : none
  if (!user.photo) return { width: portraitSize, height: portraitSize }
  return pictureSize(Buffer.from(user.photo.data, 'base64')) ?? none
}

function sendPhoto(
  request: FastifyRequest,
  reply: FastifyReply,
  user: TenantUser,
  size: number | undefined,
): FastifyReply {
  if (!hasPhoto(user) || (size !== undefined && !isOffered(user, size))) throw notFound()
  const etag = etagOf(user, size)
  reply.headers({ 'cache-control': 'private', etag })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const { photo } = user
  if (!photo) return reply.type('image/png').send(portrait(user.id, size))
  const bytes = Buffer.from(photo.data, 'base64')
  if (size === undefined) return reply.type(photo.type).send(bytes)
  const sized = pictureOf(bytes, size)
  if (!sized) throw notFound()
  return reply.type(sized === bytes ? photo.type : 'image/png').send(sized)
}

/** RFC 9110 section 13.1.2: a list of tags, compared weakly, or `*` for any. */
function isKnown(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}
