/** Items in answers, and the conditions of requests about them. */

import type { FastifyRequest } from 'fastify'
import type { DriveItem } from '../../drives/drives.ts'
import type { TenantState } from '../../tenant-state.ts'
import { badRequest } from '../errors.ts'
import type { EntityType } from '../filter/entity.ts'
import { contextOf, type Row } from '../protocol/answers.ts'
import { readQuery } from '../query.ts'
import type { ItemAddress } from './address.ts'
import { cTagOf, driveItemType, eTagOf, type ItemView } from './entity.ts'
import { resourceModified } from './errors.ts'
import type { DriveTarget } from './target.ts'

/** A request about an item of a drive that the caller may use. */
export interface ItemRequest extends DriveTarget {
  tenant: TenantState
  request: FastifyRequest
  address: ItemAddress
}

/** Facets that an object does not have are left out, as in OneDrive. */
export function viewOf<T>(
  type: EntityType<T>,
  object: T,
  select: readonly string[] | undefined,
): Row {
  const names = select ?? type.usual
  return Object.fromEntries(
    names
      .map((name) => [name, type.read(object, name)] as const)
      .filter(([, value]) => value !== undefined),
  )
}

/** With `$expand=children`, also what is in a folder. @throws GraphError 400 */
export function itemAnswer({ tenant, owner, request }: ItemRequest, item: DriveItem): Row {
  const query = readQuery(request, driveItemType, true)
  const view = (one: DriveItem): ItemView => ({ tenant, owner, item: one })
  return {
    '@odata.context': `${contextOf(tenant, `users('${owner.id}')/drive/root`, query)}/$entity`,
    ...viewOf(driveItemType, view(item), query.select),
    ...expanded(query.options.$expand, () =>
      tenant.drives.children(item).map((each) => viewOf(driveItemType, view(each), undefined)),
    ),
  }
}

function expanded(text: string | undefined, children: () => Row[]): Row {
  if (text === undefined) return {}
  if (/^\s*children\s*(?:\(.*\)\s*)?$/i.test(text)) return { children: children() }
  throw badRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${text}' on type 'microsoft.graph.driveItem'.`,
  )
}

/** RFC 9110 section 13.1.1: a list of tags, or `*`; OneDrive takes the tag of the content too. @throws GraphError 412 */
export function checkUnmodified(request: FastifyRequest, item: DriveItem | undefined): void {
  const wanted = tagsIn(request.headers['if-match'])
  if (wanted.length === 0 || wanted.includes('*')) return
  if (item && (wanted.includes(eTagOf(item)) || wanted.includes(cTagOf(item)))) return
  throw resourceModified()
}

/** RFC 9110 section 13.1.2. */
export function notChanged({ request }: ItemRequest, item: DriveItem): boolean {
  const known = tagsIn(request.headers['if-none-match'])
  return known.includes(eTagOf(item)) || known.includes(cTagOf(item))
}

/** Tags have commas of their own: `"{…},1"`. */
function tagsIn(header: string | undefined): string[] {
  const text = header?.trim() ?? ''
  const quoted = [...text.matchAll(/"[^"]*"/g)].map(([tag]) => tag)
  return quoted.length > 0 || text === '' ? quoted : [text]
}
