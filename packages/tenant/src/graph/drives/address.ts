/**
 * The addresses of items: by id or by path, from the root, from an item, or from a special folder, and what is asked of the
 * item. https://learn.microsoft.com/graph/onedrive-addressing-driveitems
 */

import { newItemId, type Actor, type DriveItem, type Drives } from '../../drives/drives.ts'
import { quotaReached } from './errors.ts'

export interface ItemAddress {
  from: { kind: 'root' } | { kind: 'id' | 'special'; key: string }
  /** The names of folders, and of the item, from there. */
  path: readonly string[]
  /** `children`, `content`, …; empty for the item itself. */
  rest: readonly string[]
}

const start = /^(root|items\/[^/:]+|special\/[^/:]+)(:?)(?:\/|$)(.*)$/i

/**
 * @param tail what stands behind the drive, as it was sent: `root:/folder/file.txt:/content`
 * @returns undefined for what is no address of an item
 */
export function parseAddress(tail: string): ItemAddress | undefined {
  const [, from = '', colon, behind = ''] = start.exec(tail) ?? []
  if (from === '') return undefined
  // No name has a colon, so the next one ends the path.
  const [path, rest] = colon ? split(behind) : ['', behind]
  const names = path.split('/').filter(Boolean).map(decoded)
  const segments = rest.split('/').filter(Boolean).map(decoded)
  // `children/{name}` is the item of that name.
  while (segments[0]?.toLowerCase() === 'children' && segments[1] !== undefined) {
    names.push(segments[1])
    segments.splice(0, 2)
  }
  return { from: originOf(from), path: names, rest: segments }
}

function split(text: string): [string, string] {
  const end = text.indexOf(':')
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)]
}

function originOf(text: string): ItemAddress['from'] {
  const [kind = '', key = ''] = text.split('/', 2)
  if (kind.toLowerCase() === 'root') return { kind: 'root' }
  return kind.toLowerCase() === 'items'
    ? isRoot(key)
    : { kind: 'special', key: decoded(key).toLowerCase() }
}

/** `root` stands for the id of the root folder. */
function isRoot(key: string): ItemAddress['from'] {
  return key.toLowerCase() === 'root' ? { kind: 'root' } : { kind: 'id', key: decoded(key) }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** https://learn.microsoft.com/graph/api/drive-get-specialfolder, by the names that the folders have in English. */
const specialFolders: Readonly<Record<string, readonly string[]>> = {
  documents: ['Documents'],
  photos: ['Pictures'],
  cameraroll: ['Pictures', 'Camera Roll'],
  approot: ['Apps'],
  music: ['Music'],
}

/** Names from the root, or from an item; undefined for an unknown item or special folder. */
function fromOf(
  drives: Drives,
  ownerId: string,
  { from, path }: ItemAddress,
): { item: DriveItem; path: readonly string[] } | undefined {
  if (from.kind === 'root') return { item: drives.root(ownerId), path }
  if (from.kind === 'id') {
    const item = drives.get(ownerId, from.key)
    return item && { item, path }
  }
  const folders = Object.hasOwn(specialFolders, from.key) ? specialFolders[from.key] : undefined
  return folders && { item: drives.root(ownerId), path: [...folders, ...path] }
}

export function findItem(
  drives: Drives,
  ownerId: string,
  address: ItemAddress,
): DriveItem | undefined {
  const found = fromOf(drives, ownerId, address)
  let item = found?.item
  for (const name of found?.path ?? []) item = item && drives.child(item, name)
  return item
}

/** Where a file is to be written: its folder and its name. */
export interface Place {
  folder: DriveItem
  name: string
}

/**
 * Makes the folders of the path that are missing, as OneDrive does for uploads by path.
 *
 * @returns undefined if the address has no name, starts nowhere, or goes through a file
 * @throws GraphError 507 if there are too many items
 */
export function makePlace(
  drives: Drives,
  ownerId: string,
  address: ItemAddress,
  by: Actor,
  at: string,
): Place | undefined {
  const found = fromOf(drives, ownerId, address)
  const name = found?.path.at(-1)
  if (!found || name === undefined) return undefined
  let folder = found.item
  for (const part of found.path.slice(0, -1)) {
    if (folder.content) return undefined
    folder = drives.child(folder, part) ?? makeItem(drives, folder, part, by, at)
  }
  return folder.content ? undefined : { folder, name }
}

/** A new folder; with `content`, a file. @throws GraphError 507 if there are too many items */
export function makeItem(
  drives: Drives,
  folder: DriveItem,
  name: string,
  by: Actor,
  at: string,
  more: Partial<Pick<DriveItem, 'content' | 'description'>> = {},
): DriveItem {
  const item: DriveItem = {
    id: newItemId(),
    ownerId: folder.ownerId,
    parentId: folder.id,
    name,
    description: undefined,
    content: undefined,
    createdDateTime: at,
    lastModifiedDateTime: at,
    createdBy: by,
    lastModifiedBy: by,
    version: 1,
    contentVersion: 1,
    ...more,
  }
  if (!drives.put(item)) throw quotaReached()
  return item
}
