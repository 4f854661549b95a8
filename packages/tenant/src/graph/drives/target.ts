/** Whose drive a request is about, and whether the caller may use it. */

import type { FastifyRequest } from 'fastify'
import { isLicensed } from '../../directory/profile.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { Actor } from '../../drives/drives.ts'
import type { TenantState } from '../../tenant-state.ts'
import { requireAccess, type Access, type AnyCaller } from '../bearer.ts'
import { GraphError } from '../errors.ts'
import { requireTarget } from '../users/view.ts'
import { ownerOfDrive } from './entity.ts'
import { accessDenied, invalidRequest, itemNotFound } from './errors.ts'

const readAll = ['Files.Read.All', 'Files.ReadWrite.All', 'Sites.Read.All', 'Sites.ReadWrite.All']
const writeAll = ['Files.ReadWrite.All', 'Sites.ReadWrite.All']

/** https://learn.microsoft.com/graph/api/drive-get, driveitem-get, driveitem-list-children, driveitem-get-content */
export const readFiles: Access = {
  delegated: ['Files.Read', 'Files.ReadWrite', ...readAll],
  application: readAll,
}
/**
 * https://learn.microsoft.com/graph/api/driveitem-put-content, driveitem-post-children, driveitem-update, driveitem-delete.
 * The page of `createUploadSession` has `Sites.ReadWrite.All` only for applications; that of small files is taken for both.
 */
export const writeFiles: Access = {
  delegated: ['Files.ReadWrite', ...writeAll],
  application: writeAll,
}

export interface DriveTarget {
  caller: AnyCaller
  owner: TenantUser
  by: Actor
}

/**
 * @throws GraphError 401; 403 without a permission, and for a user at the drive of another, because nobody shares anything
 * here; 404 for a user without a drive
 */
export async function requireDrive(
  tenant: TenantState,
  request: FastifyRequest<{ Params: { drive?: string } }>,
  access: Access,
): Promise<DriveTarget> {
  const { caller, owner } = await inOneDrivesWords(() => find(tenant, request, access))
  // Decided: no page says what Graph answers at a drive of which nothing is shared with the caller.
  if (caller.user && caller.user.id !== owner.id) throw accessDenied()
  // As developers report it, of users without a licence or before their drive is made.
  if (!isLicensed(owner)) {
    throw new GraphError(404, 'ResourceNotFound', "User's mysite not found.")
  }
  const by = caller.user ? { userId: caller.user.id, appId: caller.appId } : { appId: caller.appId }
  return { caller, owner, by }
}

async function find(
  tenant: TenantState,
  request: FastifyRequest<{ Params: { drive?: string } }>,
  access: Access,
) {
  const { drive } = request.params
  if (drive === undefined) {
    const { caller, user } = await requireTarget(tenant, request, { own: access, any: access })
    return { caller, owner: user }
  }
  const caller = await requireAccess(tenant, request, access)
  const ownerId = ownerOfDrive(drive)
  if (ownerId === undefined) {
    throw invalidRequest(
      'The provided drive id appears to be malformed, or does not represent a valid drive.',
    )
  }
  const owner = tenant.directory.byId(ownerId)
  if (!owner) throw itemNotFound()
  return { caller, owner }
}

/** OneDrive has its own code for what the caller may not do. */
async function inOneDrivesWords<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const isDenied = error instanceof GraphError && error.code === 'Authorization_RequestDenied'
    throw isDenied ? accessDenied() : error
  }
}
