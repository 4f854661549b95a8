/**
 * The addresses at which files are sent and fetched without a token: whoever has one may use it. At Microsoft they are those of
 * SharePoint, so they have another host here too, and clients that send Graph's token to Graph's host only do not send it.
 * https://learn.microsoft.com/graph/api/driveitem-get-content, https://learn.microsoft.com/graph/api/resources/uploadsession
 */

import type { DriveItem } from '../../../drives/drives.ts'
import type { TenantState } from '../../../tenant-state.ts'

/** https://learn.microsoft.com/graph/api/resources/driveitem#instance-attributes: an hour. */
const downloadLifetime = 3_600_000

const purpose = 'download'

/**
 * The other name of this machine: `localhost` for an address, and the address for `localhost`. A tenant whose sign-in has
 * another name than Graph uses that one.
 */
export function storageOrigin({ origin, graphOrigin }: TenantState): string {
  if (origin !== graphOrigin) return origin
  const url = new URL(origin)
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1'
  else if (url.hostname === '127.0.0.1' || url.hostname === '[::1]') url.hostname = 'localhost'
  return url.origin
}

export function uploadUrl(tenant: TenantState, key: string): string {
  return `${storageOrigin(tenant)}/${tenant.tenantId}/_api/v2.0/uploadSessions/${key}`
}

export function downloadUrl(tenant: TenantState, { ownerId, id }: DriveItem): string {
  const key = tenant.seal.seal(purpose, { ownerId, id, until: tenant.now() + downloadLifetime })
  return `${storageOrigin(tenant)}/${tenant.tenantId}/_api/v2.0/downloads/${key}`
}

/** @returns undefined for an address that is not of this tenant, or whose time is over */
export function openDownload(tenant: TenantState, key: string): DriveItem | undefined {
  const opened = tenant.seal.open(purpose, key)
  const { ownerId, id, until } = Object(opened) as Record<string, unknown>
  if (typeof ownerId !== 'string' || typeof id !== 'string') return undefined
  if (typeof until !== 'number' || until <= tenant.now()) return undefined
  return tenant.drives.get(ownerId, id)
}
