/**
 * The content of files: fetched by way of an address that needs no token, and sent in one request.
 * https://learn.microsoft.com/graph/api/driveitem-get-content, https://learn.microsoft.com/graph/api/driveitem-put-content
 */

import type { FastifyReply } from 'fastify'
import { fileContent, type Actor, type DriveItem } from '../../../drives/drives.ts'
import type { ConflictBehavior } from '../../../drives/upload-sessions.ts'
import type { TenantState } from '../../../tenant-state.ts'
import { timeNow } from '../../users/write.ts'
import { findItem, makeItem, makePlace, type Place } from '../address.ts'
import { pathOf } from '../entity.ts'
import { invalidRequest, itemNotFound, quotaReached } from '../errors.ts'
import { checkUnmodified, itemAnswer, type ItemRequest } from '../item-answer.ts'
import { checkPath, readConflict, resolveConflict } from '../names.ts'
import { downloadUrl } from './pre-authenticated.ts'
import { bytesOf } from '../request-body.ts'

/** 302, as Graph answers: the address needs no token, and must not get it. @throws GraphError 400 for a folder */
export function sendContent(
  { tenant }: ItemRequest,
  reply: FastifyReply,
  item: DriveItem,
): FastifyReply {
  if (!item.content) throw invalidRequest('You cannot get content for a folder')
  return reply.code(302).header('location', downloadUrl(tenant, item)).send()
}

export interface NewFile {
  place: Place
  data: Buffer
  conflict: ConflictBehavior
  by: Actor
  description?: string | undefined
}

/** The caller has seen that there is room for the bytes. @throws GraphError 400, 409, 507 for too many items */
export function writeFile(tenant: TenantState, file: NewFile): { item: DriveItem; isNew: boolean } {
  const { place, data, conflict, by, description } = file
  const { drives } = tenant
  const { existing, name } = resolveConflict(drives, place.folder, place.name, conflict, true)
  const content = fileContent(data)
  const at = timeNow(tenant)
  const more = description === undefined ? { content } : { content, description }
  if (!existing) {
    return { item: makeItem(drives, place.folder, name, by, at, more), isNew: true }
  }
  const item: DriveItem = {
    ...existing,
    ...more,
    lastModifiedDateTime: at,
    lastModifiedBy: by,
    version: existing.version + 1,
    contentVersion: existing.contentVersion + 1,
  }
  drives.put(item)
  return { item, isNew: false }
}

/** The place of a file that may not exist yet. @throws GraphError 400 for a name that is not possible, 404, 409 */
export function placeOf({ tenant, owner, address, by }: ItemRequest): Place {
  const { drives } = tenant
  const known = findItem(drives, owner.id, address)
  if (known) {
    const folder =
      known.parentId === undefined ? undefined : drives.get(known.ownerId, known.parentId)
    if (!folder) throw invalidRequest('The root folder has no content.')
    return { folder, name: known.name }
  }
  checkPath(address.path)
  const place = makePlace(drives, owner.id, address, by, timeNow(tenant))
  if (!place) throw itemNotFound()
  checkPath([...pathOf(tenant, place.folder), place.name])
  return place
}

/** @throws GraphError 400, 404, 409, 412, 507 */
export async function putContent(one: ItemRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { tenant, owner, request, address, by } = one
  const known = findItem(tenant.drives, owner.id, address)
  checkUnmodified(request, known)
  if (known && !known.content) throw invalidRequest('The item is not a file.')
  const data = bytesOf(request)
  // Before folders are made for it.
  if (!tenant.drives.hasRoom(data.length - (known?.content?.data.length ?? 0))) throw quotaReached()
  const word = new URLSearchParams(request.url.split(/\?(.*)/s)[1]).get(
    '@microsoft.graph.conflictBehavior',
  )
  const file = { place: placeOf(one), data, conflict: readConflict(word, 'replace'), by }
  const { item, isNew } = writeFile(tenant, file)
  return reply.code(isNew ? 201 : 200).send(itemAnswer(one, item))
}
