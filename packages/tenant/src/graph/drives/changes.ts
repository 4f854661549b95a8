/**
 * Creates folders, renames, moves and deletes items.
 * https://learn.microsoft.com/graph/api/driveitem-post-children, driveitem-update, driveitem-move, driveitem-delete
 */

import type { FastifyReply } from 'fastify'
import type { DriveItem } from '../../drives/drives.ts'
import { timeNow } from '../users/write.ts'
import { findItem, makeItem } from './address.ts'
import { ownerOfDrive, pathOf } from './entity.ts'
import { invalidRequest, itemNotFound, quotaReached } from './errors.ts'
import { checkUnmodified, itemAnswer, type ItemRequest } from './item-answer.ts'
import { checkName, checkPath, readConflict, resolveConflict } from './names.ts'
import { jsonOf } from './request-body.ts'

const conflictName = '@microsoft.graph.conflictBehavior'

/** A folder; a file is created by its content. @throws GraphError 400, 404, 409 */
export async function createChild(one: ItemRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { tenant, owner, by } = one
  const folder = findItem(tenant.drives, owner.id, one.address)
  if (!folder) throw itemNotFound()
  if (folder.content) throw invalidRequest('The item is not a folder.')
  const body = jsonOf(one.request)
  const { name, folder: facet } = body
  if (typeof name !== 'string' || typeof facet !== 'object' || facet === null) {
    throw invalidRequest('A name and a folder facet are required to create an item.')
  }
  checkPath([...pathOf(tenant, folder), checkName(name)])
  // Decided: the page has examples of `rename` only, and "fail" is what uploads without the word mean.
  const conflict = readConflict(body[conflictName], 'fail')
  const resolved = resolveConflict(tenant.drives, folder, name, conflict, false)
  const item = makeItem(tenant.drives, folder, resolved.name, by, timeNow(tenant))
  return reply.code(201).send(itemAnswer(one, item))
}

/** @throws GraphError 400, 404, 409, 412 */
export function changeItem(one: ItemRequest, item: DriveItem): object {
  const { tenant, request, by } = one
  checkUnmodified(request, item)
  const body = jsonOf(request)
  const { name = item.name, description = item.description } = body
  if (typeof name !== 'string') throw invalidRequest('The name is not a string.')
  if (description !== undefined && typeof description !== 'string') {
    throw invalidRequest('The description is not a string.')
  }
  const parent = newParent(one, item, body['parentReference'])
  if (item.parentId === undefined && (name !== item.name || parent)) {
    throw invalidRequest('The root folder can neither be renamed nor moved.')
  }
  const changed: DriveItem = { ...item, name, description, parentId: parent?.id ?? item.parentId }
  const folder = parent ?? parentOf(one, item)
  if (folder && (name !== item.name || parent)) {
    checkPath([...pathOf(tenant, folder), checkName(name)])
    const conflict = readConflict(body[conflictName], 'fail')
    const other = tenant.drives.child(folder, name)
    // An item may take its own name in another case.
    if (other && other.id !== item.id) {
      const isFile = item.content !== undefined
      const { existing, name: free } = resolveConflict(
        tenant.drives,
        folder,
        name,
        conflict,
        isFile,
      )
      if (existing) tenant.drives.remove(existing)
      changed.name = free
    }
  }
  const at = timeNow(tenant)
  const saved = { ...changed, version: item.version + 1, lastModifiedBy: by }
  if (!tenant.drives.put({ ...saved, lastModifiedDateTime: at })) throw quotaReached()
  return itemAnswer(one, tenant.drives.get(item.ownerId, item.id) ?? saved)
}

function parentOf({ tenant }: ItemRequest, { ownerId, parentId }: DriveItem) {
  return parentId === undefined ? undefined : tenant.drives.get(ownerId, parentId)
}

/** @returns undefined for an item that stays where it is. @throws GraphError 400, 404 */
function newParent(one: ItemRequest, item: DriveItem, reference: unknown): DriveItem | undefined {
  const { tenant } = one
  const { id, driveId } = Object(reference) as Record<string, unknown>
  if (id === undefined || id === null || id === item.parentId) return undefined
  // https://learn.microsoft.com/graph/api/driveitem-move: not between drives.
  if (typeof driveId === 'string' && ownerOfDrive(driveId) !== item.ownerId) {
    throw invalidRequest('Items cannot be moved between drives.')
  }
  const parent = typeof id === 'string' ? tenant.drives.get(item.ownerId, id) : undefined
  if (!parent) throw itemNotFound()
  if (parent.content) throw invalidRequest('The item is not a folder.')
  for (let each: DriveItem | undefined = parent; each; each = parentOf(one, each)) {
    if (each.id === item.id) throw invalidRequest('A folder cannot be moved into itself.')
  }
  return parent
}

/** @throws GraphError 400 for the root, 412 */
export function deleteItem(
  { tenant, request }: ItemRequest,
  reply: FastifyReply,
  item: DriveItem,
): FastifyReply {
  checkUnmodified(request, item)
  if (item.parentId === undefined) throw invalidRequest('The root folder cannot be deleted.')
  tenant.drives.remove(item)
  return reply.code(204).send()
}
