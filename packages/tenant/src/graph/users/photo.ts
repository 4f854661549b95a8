/** Photos of users, in sizes, and their metadata. https://learn.microsoft.com/graph/api/profilephoto-get */

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasPhoto, portrait, portraitSize } from '../../directory/portrait.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { ownPhoto, photos } from '../access.ts'
import { graphUrl, type Row } from '../protocol/answers.ts'
import { GraphError } from '../errors.ts'
import { ofUsers, requireTarget } from './view.ts'

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
      return sendPhoto(request, reply, user, sizeOf(request.params.size))
    })
  }
  for (const url of [...ofUsers('/photo'), ...ofUsers('/photos/:size')]) {
    app.get<Route>(url, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, access)
      const size = sizeOf(request.params.size)
      if (!hasPhoto(user)) throw notFound()
      return {
        '@odata.context': `${graphUrl(tenant)}/$metadata#users('${user.id}')/photo/$entity`,
        ...metadata(tenant, user, size),
      }
    })
  }
  for (const url of ofUsers('/photos')) {
    app.get(url, { config }, async (request) => {
      const { user } = await requireTarget(tenant, request, access)
      const offered = hasPhoto(user) ? sizes : []
      return {
        '@odata.context': `${graphUrl(tenant)}/$metadata#users('${user.id}')/photos`,
        value: offered.map((size) => metadata(tenant, user, size)),
      }
    })
  }
}

function notFound(): GraphError {
  return new GraphError(404, 'ImageNotFound', 'The photo was not found.')
}

/** @throws GraphError 404 for a size that is not offered */
function sizeOf(text: string | undefined): number {
  if (text === undefined) return portraitSize
  const [, width, height] = /^(\d{1,4})x(\d{1,4})$/i.exec(text) ?? []
  const size = sizes.find((known) => String(known) === width)
  if (size !== undefined && width === height) return size
  throw notFound()
}

/** The tag of a photo, without drawing it. */
function etagOf({ id }: TenantUser, size: number): string {
  const seed = size === portraitSize ? id : `${id} ${size}`
  return `"${createHash('sha256').update(`photo ${seed}`).digest('hex').slice(0, 40)}"`
}

function metadata(tenant: TenantState, user: TenantUser, size: number): Row {
  return {
    '@odata.id': `${graphUrl(tenant)}/users('${user.id}')/photos('${size}x${size}')`,
    '@odata.mediaContentType': 'image/png',
    '@odata.mediaEtag': etagOf(user, size),
    id: `${size}x${size}`,
    height: size,
    width: size,
  }
}

function sendPhoto(
  request: FastifyRequest,
  reply: FastifyReply,
  user: TenantUser,
  size: number,
): FastifyReply {
  if (!hasPhoto(user)) throw notFound()
  const etag = etagOf(user, size)
  reply.headers({ 'cache-control': 'private', etag })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type('image/png').send(portrait(user.id, size))
}

/** RFC 9110 section 13.1.2: a list of tags, compared weakly, or `*` for any. */
function isKnown(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}
