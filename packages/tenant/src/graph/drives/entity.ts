/**
 * The properties of drives and their items, as far as the tenant has them.
 * https://learn.microsoft.com/graph/api/resources/drive, https://learn.microsoft.com/graph/api/resources/driveitem
 */

import { createHash } from 'node:crypto'
import { mostBytes, type Actor, type DriveItem } from '../../drives/drives.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { property, type EntityType } from '../filter/entity.ts'
import { downloadUrl } from './files/pre-authenticated.ts'
import { mimeType } from './files/mime-types.ts'

const readOnly = { isReadOnly: true }
const text = (filters = '----') => property('string', filters, readOnly)
const identity = property('complex', '----', {
  members: { displayName: text(), email: text(), id: text() },
})
const identities = property('complex', '----', {
  ...readOnly,
  members: { application: identity, user: identity },
})

/** An item as Graph shows it, and the tenant that it is in. */
export interface ItemView {
  tenant: TenantState
  owner: TenantUser
  item: DriveItem
}

/** In Graph's order. */
const itemProperties = {
  '@microsoft.graph.downloadUrl': text(),
  createdDateTime: property('date', '----', readOnly),
  cTag: text(),
  eTag: text(),
  id: text(),
  lastModifiedDateTime: property('date', '----', readOnly),
  name: property('string', 'dd--', { isNullable: false }),
  size: property('number', '----', readOnly),
  webUrl: text(),
  description: property('string'),
  createdBy: identities,
  lastModifiedBy: identities,
  parentReference: property('complex', '----', {
    members: { driveId: text(), driveType: text(), id: text(), name: text(), path: text() },
  }),
  file: property('complex', '----', {
    ...readOnly,
    members: {
      hashes: property('complex', '----', { members: { quickXorHash: text() } }),
      mimeType: text(),
    },
  }),
  fileSystemInfo: property('complex', '----', {
    members: { createdDateTime: property('date'), lastModifiedDateTime: property('date') },
  }),
  folder: property('complex', '----', { ...readOnly, members: { childCount: property('number') } }),
  root: property('complex', '----', readOnly),
}

export const driveItemType: EntityType<ItemView> = {
  name: 'driveItem',
  resource: 'DriveItem',
  properties: itemProperties,
  usual: Object.keys(itemProperties),
  // https://learn.microsoft.com/graph/api/driveitem-list-children
  sorts: { name: 'default', lastModifiedDateTime: 'default', size: 'default' },
  countable: [],
  read: itemValue,
}

const driveProperties = {
  createdDateTime: property('date', '----', readOnly),
  description: text(),
  id: text(),
  lastModifiedDateTime: property('date', '----', readOnly),
  name: text(),
  webUrl: text(),
  driveType: text(),
  createdBy: identities,
  lastModifiedBy: identities,
  owner: identities,
  quota: property('complex', '----', {
    ...readOnly,
    members: {
      deleted: property('number'),
      remaining: property('number'),
      state: text(),
      total: property('number'),
      used: property('number'),
    },
  }),
}

export const driveType: EntityType<Omit<ItemView, 'item'>> = {
  name: 'drive',
  resource: 'Drive',
  properties: driveProperties,
  usual: Object.keys(driveProperties),
  sorts: {},
  countable: [],
  read: driveValue,
}

/** `b!` and 48 bytes, as SharePoint's; the first of them are the owner's id. */
function driveId(ownerId: string): string {
  const id = Buffer.from(ownerId.replaceAll('-', ''), 'hex')
  const rest = createHash('sha256').update(`drive ${ownerId}`).digest()
  return `b!${Buffer.concat([id, rest]).toString('base64url')}`
}

/** The owner's id; undefined for what is no id of a drive. */
export function ownerOfDrive(id: string): string | undefined {
  const hex = Buffer.from(id.slice(2), 'base64url').subarray(0, 16).toString('hex')
  const ownerId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return driveId(ownerId) === id ? ownerId : undefined
}

function driveValue({ tenant, owner }: Omit<ItemView, 'item'>, name: string): unknown {
  const root = tenant.drives.root(owner.id)
  const self = userIdentity(owner)
  const values: Readonly<Record<string, unknown>> = {
    createdDateTime: root.createdDateTime,
    description: '',
    id: driveId(owner.id),
    lastModifiedDateTime: root.lastModifiedDateTime,
    name: 'OneDrive',
    webUrl: webRoot(tenant, owner),
    driveType: 'business',
    createdBy: self,
    lastModifiedBy: self,
    owner: self,
    quota: quota(tenant, owner),
  }
  return values[name]
}

/** The bytes of a tenant are those of all its drives. https://learn.microsoft.com/graph/api/resources/quota */
function quota({ drives }: TenantState, owner: TenantUser) {
  const used = drives.used(owner.id)
  const remaining = Math.max(0, mostBytes - drives.used())
  const part = remaining / mostBytes
  const state = ['exceeded', 'critical', 'nearing', 'normal'].at(
    remaining === 0 ? 0 : part < 0.01 ? 1 : part < 0.1 ? 2 : 3,
  )
  return { deleted: 0, remaining, state, total: used + remaining, used }
}

function itemValue({ tenant, owner, item }: ItemView, name: string): unknown {
  const { content, createdDateTime, lastModifiedDateTime } = item
  const values: Readonly<Record<string, () => unknown>> = {
    '@microsoft.graph.downloadUrl': () => content && downloadUrl(tenant, item),
    cTag: () => content && `"c:{${guidOf(item)}},${item.contentVersion}"`,
    eTag: () => eTagOf(item),
    size: () => content?.data.length ?? sizeBelow(tenant, item),
    webUrl: () => webUrl(tenant, owner, item),
    createdBy: () => identitySet(tenant, item.createdBy),
    lastModifiedBy: () => identitySet(tenant, item.lastModifiedBy),
    parentReference: () => parentReference(tenant, owner, item),
    file: () =>
      content && { hashes: { quickXorHash: content.hash }, mimeType: mimeType(item.name) },
    fileSystemInfo: () => ({ createdDateTime, lastModifiedDateTime }),
    folder: () => (content ? undefined : { childCount: tenant.drives.children(item).length }),
    root: () => (item.parentId === undefined ? {} : undefined),
    description: () => item.description,
  }
  const compute = Object.hasOwn(values, name) ? values[name] : undefined
  return compute ? compute() : item[name as keyof DriveItem]
}

function guidOf({ id }: DriveItem): string {
  const hex = createHash('sha256').update(id).digest('hex').slice(0, 32).toUpperCase()
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export function eTagOf(item: DriveItem): string {
  return `"{${guidOf(item)}},${item.version}"`
}

export function cTagOf(item: DriveItem): string {
  return `"c:{${guidOf(item)}},${item.contentVersion}"`
}

function sizeBelow(tenant: TenantState, folder: DriveItem): number {
  return tenant.drives
    .children(folder)
    .reduce((sum, item) => sum + (item.content?.data.length ?? sizeBelow(tenant, item)), 0)
}

function userIdentity({ mail, id, displayName }: TenantUser) {
  return { user: { ...(mail === null ? {} : { email: mail }), id, displayName } }
}

function identitySet({ directory, registry }: TenantState, { userId, appId }: Actor) {
  const user = userId === undefined ? undefined : directory.byId(userId)
  const application = appId === undefined ? undefined : registry.entry(appId)?.application
  return {
    ...(application && {
      application: { id: application.appId, displayName: application.displayName },
    }),
    ...(user && userIdentity(user)),
  }
}

/** The names of the folders from the root to the item, with its own; empty for the root. */
export function pathOf({ drives }: TenantState, item: DriveItem): string[] {
  const names: string[] = []
  for (
    let each: DriveItem | undefined = item;
    each?.parentId !== undefined;
    each = drives.get(each.ownerId, each.parentId)
  ) {
    names.unshift(each.name)
  }
  return names
}

/** Where the drive would be in SharePoint: no page is there. */
function webRoot({ domain }: TenantState, { userPrincipalName }: TenantUser): string {
  const name = userPrincipalName.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')
  return `https://${domain.split('.')[0]}-my.sharepoint.com/personal/${name}/Documents`
}

function webUrl(tenant: TenantState, owner: TenantUser, item: DriveItem): string {
  return [webRoot(tenant, owner), ...pathOf(tenant, item).map(encodeURIComponent)].join('/')
}

function parentReference(tenant: TenantState, owner: TenantUser, item: DriveItem) {
  const drive = { driveType: 'business', driveId: driveId(owner.id) }
  const parent =
    item.parentId === undefined ? undefined : tenant.drives.get(owner.id, item.parentId)
  if (!parent) return drive
  const path = pathOf(tenant, parent).map((name) => `/${encodeURIComponent(name)}`)
  return { ...drive, id: parent.id, name: parent.name, path: `/drive/root:${path.join('')}` }
}
