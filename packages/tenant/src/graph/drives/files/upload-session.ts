/**
 * Uploads in several requests. https://learn.microsoft.com/graph/api/driveitem-createuploadsession: every rule here is one of
 * that page, but where another one is named.
 */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UploadSession } from '../../../drives/upload-sessions.ts'
import type { TenantState } from '../../../tenant-state.ts'
import { graphUrl } from '../../protocol/answers.ts'
import { findItem, type Place } from '../address.ts'
import { placeOf, writeFile } from './content.ts'
import { pathOf } from '../entity.ts'
import { invalidRange, invalidRequest, itemNotFound, quotaReached } from '../errors.ts'
import { checkUnmodified, itemAnswer, type ItemRequest } from '../item-answer.ts'
import { checkPath, readConflict, resolveConflict } from '../names.ts'
import { uploadUrl } from './pre-authenticated.ts'
import { bytesOf, jsonOf } from '../request-body.ts'

/** Each fragment but the last one is a multiple of it: 320 KiB. */
const fragmentUnit = 327_680
/** A request has less than 60 MiB. */
const largestFragment = 60 * 1024 * 1024

/** @throws GraphError 400, 404, 409 if the name is taken, 412, 507 if the size is said and does not fit */
export function createSession(one: ItemRequest, _reply: FastifyReply): object {
  const { tenant, owner, request, address, by } = one
  const known = findItem(tenant.drives, owner.id, address)
  checkUnmodified(request, known)
  if (known && !known.content) throw invalidRequest('The item is not a file.')
  const { item = {}, deferCommit = false } = jsonOf(request)
  const { fileSize, description, ...said } = Object(item) as Record<string, unknown>
  if (typeof fileSize === 'number' && !tenant.drives.hasRoom(fileSize)) throw quotaReached()
  const conflict = readConflict(
    said['@microsoft.graph.conflictBehavior'],
    // An address by id is that of the file to change; one by path is that of a new file.
    address.path.length === 0 ? 'replace' : 'fail',
  )
  const { folder, name } = named(placeOf(one), said['name'])
  resolveConflict(tenant.drives, folder, name, conflict, true)
  const session = tenant.uploads.add({
    ownerId: owner.id,
    parentId: folder.id,
    name,
    description: typeof description === 'string' ? description : undefined,
    conflict,
    by,
    isCommitDeferred: deferCommit === true,
  })
  return {
    '@odata.context': `${graphUrl(tenant)}/$metadata#microsoft.graph.uploadSession`,
    uploadUrl: uploadUrl(tenant, session.key),
    ...statusOf(session),
  }
}

/** The address "must contain the name of the item that's specified in the request body". @throws GraphError 400 */
function named(place: Place, name: unknown): Place {
  if (name === undefined || name === null || name === place.name) return place
  if (typeof name === 'string' && name.toLowerCase() === place.name.toLowerCase()) return place
  throw invalidRequest('The name in the URL does not match the name in the body.')
}

/** What is missing; the end is said when it is known. */
export function statusOf({ expiresAt, received, total }: UploadSession) {
  const end = total === undefined ? '' : String(total - 1)
  return {
    expirationDateTime: new Date(expiresAt).toISOString(),
    nextExpectedRanges: received === total ? [] : [`${received}-${received === 0 ? '' : end}`],
  }
}

/**
 * Takes a fragment.
 *
 * @returns whether the last byte has come
 * @throws GraphError 400, 413, 416, 507
 */
export function takeFragment(
  tenant: TenantState,
  session: UploadSession,
  request: FastifyRequest,
): boolean {
  const data = bytesOf(request)
  const { from, to, total } = readRange(request.headers['content-range'])
  if (data.length !== to - from + 1) {
    throw invalidRequest(
      'The Content-Range header length does not match the provided number of bytes.',
    )
  }
  if (data.length >= largestFragment) throw invalidRequest('The fragment is too large.')
  // "If a byte range declares a different file size, the request will fail."
  if (session.total !== undefined && session.total !== total) {
    throw invalidRange(
      'The declared total size of the file differs from that of the upload session.',
      'fragmentLengthMismatch',
    )
  }
  if (from < session.received) {
    throw invalidRange(
      'The uploaded fragment overlaps with data that has already been received.',
      'fragmentOverlap',
    )
  }
  if (from > session.received) {
    throw invalidRange('The uploaded fragment is not the next one.', 'fragmentOutOfOrder')
  }
  const isLast = to + 1 === total
  if (!isLast && data.length % fragmentUnit !== 0) {
    throw invalidRequest('The fragment size must be a multiple of 320 KiB (327,680 bytes).')
  }
  // The whole file has to fit: there is no use in taking a part of it.
  if (!tenant.drives.hasRoom(total - session.received)) throw quotaReached()
  session.total = total
  tenant.uploads.append(session, data)
  return isLast
}

/** RFC 9110 section 14.4: `bytes 0-25/128`. @throws GraphError 400 */
function readRange(header: string | undefined) {
  const [, from, to, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(header ?? '') ?? []
  const range = { from: Number(from), to: Number(to), total: Number(total) }
  if (total !== undefined && range.from <= range.to && range.to < range.total) return range
  throw invalidRequest('The Content-Range header is missing or malformed.')
}

function isComplete({ received, total }: UploadSession): boolean {
  return received === total
}

/**
 * Makes a file of the bytes that have come, and ends the session. If that is refused, the session stays, so that a client can
 * commit it otherwise.
 *
 * @throws GraphError 400, 404 if the folder is gone, 409, 507
 */
export function finishUpload(
  tenant: TenantState,
  session: UploadSession,
  place: Place | undefined = sessionPlace(tenant, session),
  conflict = session.conflict,
) {
  if (!isComplete(session)) {
    throw invalidRequest('The upload session is not complete.', 'uploadSessionIncomplete')
  }
  if (!place) throw itemNotFound()
  const { by, description } = session
  const data = Buffer.concat(session.parts)
  const written = writeFile(tenant, { place, data, conflict, by, description })
  tenant.uploads.remove(session)
  return written
}

function sessionPlace({ drives }: TenantState, session: UploadSession): Place | undefined {
  const folder = drives.get(session.ownerId, session.parentId)
  return folder && { folder, name: session.name }
}

/**
 * Commits an upload under other metadata, after its end was refused. The address is that of the folder, or of the file.
 *
 * @throws GraphError 400, 404, 409, 412, 507
 */
export async function commitUpload(one: ItemRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { tenant, owner, request, address } = one
  const body = jsonOf(request)
  const source = body['@microsoft.graph.sourceUrl']
  if (typeof source !== 'string') {
    throw invalidRequest('The property @microsoft.graph.sourceUrl is required.')
  }
  const session = tenant.uploads.get(source.split('/').at(-1) ?? '')
  if (!session || session.ownerId !== owner.id) throw itemNotFound()
  const target = findItem(tenant.drives, owner.id, address)
  checkUnmodified(request, target)
  const name = typeof body['name'] === 'string' ? body['name'] : session.name
  const place = target && !target.content ? { folder: target, name } : placeOf(one)
  checkPath([...pathOf(tenant, place.folder), place.name])
  const conflict = readConflict(body['@microsoft.graph.conflictBehavior'], session.conflict)
  const { item, isNew } = finishUpload(tenant, session, place, conflict)
  return reply.code(isNew ? 201 : 200).send(itemAnswer(one, item))
}
