/**
 * The files of users: one drive for each, made when it is first asked for. All of a tenant's files are in memory, so their
 * sizes and their number are bounded.
 */

import { createHash, randomBytes } from 'node:crypto'
import { quickXorHash } from './quick-xor-hash.ts'

/** Bytes of all files of a tenant, together with what unfinished uploads have received. */
export const mostBytes = 50 * 1024 * 1024
/** Of all drives of a tenant. */
export const mostItems = 10_000

export interface DriveItem {
  id: string
  /** The user whose drive it is in. */
  ownerId: string
  /** Undefined for the root. */
  parentId: string | undefined
  name: string
  description: string | undefined
  /** Undefined for a folder. */
  content: FileContent | undefined
  createdDateTime: string
  lastModifiedDateTime: string
  createdBy: Actor
  lastModifiedBy: Actor
  /** Counts the changes of the item. */
  version: number
  /** Counts the changes of its content. */
  contentVersion: number
}

export interface FileContent {
  data: Buffer
  /** Base64; see `quickXorHash`. */
  hash: string
}

/** Who made or changed an item: a user, an application, or one by way of the other. */
export interface Actor {
  userId?: string
  appId?: string
}

type StoredItem = Omit<DriveItem, 'parentId' | 'content' | 'description'> & {
  parentId: string | null
  description: string | null
  /** Base64; null for a folder. */
  data: string | null
}

/** Plain JSON. */
type DrivesSnapshot = readonly StoredItem[]

export interface Drives {
  root(ownerId: string): DriveItem
  get(ownerId: string, id: string): DriveItem | undefined
  /** In the order of their names. */
  children(folder: DriveItem): readonly DriveItem[]
  /** By name, in any case, as SharePoint compares names. */
  child(folder: DriveItem, name: string): DriveItem | undefined
  /** Bytes of one drive; without an owner, of the tenant, with unfinished uploads. */
  used(ownerId?: string): number
  /** Whether so many more bytes can be kept. */
  hasRoom(bytes: number): boolean
  /** Counts bytes that are not in a file yet; negative gives them back. */
  reserve(bytes: number): void
  /** Creates or changes an item. @returns false if there are too many */
  put(item: DriveItem): boolean
  /** With everything that is in it. */
  remove(item: DriveItem): void
  snapshot(): DrivesSnapshot
  load(snapshot: DrivesSnapshot): void
}

type Drive = Map<string, DriveItem>

/** @param now ms since the epoch */
export function createDrives(now: () => number): Drives {
  const drives = new Map<string, Drive>()
  let reserved = 0
  let count = 0

  function driveOf(ownerId: string): Drive {
    const known = drives.get(ownerId)
    if (known) return known
    const root = rootItem(ownerId, new Date(now()).toISOString().slice(0, 19) + 'Z')
    const drive: Drive = new Map([[root.id, root]])
    drives.set(ownerId, drive)
    count += 1
    return drive
  }
  const all = () => [...drives.values()].flatMap((drive) => [...drive.values()])
  const children = (folder: DriveItem) =>
    [...driveOf(folder.ownerId).values()].filter(({ parentId }) => parentId === folder.id)
  const drivesApi: Drives = {
    root: (ownerId) => driveOf(ownerId).get(rootId(ownerId)) ?? rootItem(ownerId, ''),
    get: (ownerId, id) => driveOf(ownerId).get(id.toUpperCase()),
    children: (folder) => children(folder).toSorted((a, b) => collator.compare(a.name, b.name)),
    child: (folder, name) => children(folder).find((each) => isSameName(each.name, name)),
    used: (ownerId) =>
      ownerId === undefined
        ? sizeOf(all()) + reserved
        : sizeOf([...(drives.get(ownerId)?.values() ?? [])]),
    hasRoom: (bytes) => sizeOf(all()) + reserved + bytes <= mostBytes,
    reserve: (bytes) => void (reserved += bytes),
    put(item) {
      const drive = driveOf(item.ownerId)
      if (!drive.has(item.id)) {
        if (count >= mostItems) return false
        count += 1
      }
      drive.set(item.id, item)
      return true
    },
    remove(item) {
      for (const each of children(item)) drivesApi.remove(each)
      if (driveOf(item.ownerId).delete(item.id)) count -= 1
    },
    snapshot: () => all().map(stored),
    load(snapshot) {
      drives.clear()
      for (const one of snapshot) {
        const drive = drives.get(one.ownerId) ?? new Map<string, DriveItem>()
        drives.set(one.ownerId, drive.set(one.id, restored(one)))
      }
      count = snapshot.length
    },
  }
  return drivesApi
}

const collator = new Intl.Collator('en')

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function sizeOf(items: readonly DriveItem[]): number {
  return items.reduce((sum, { content }) => sum + (content?.data.length ?? 0), 0)
}

export function fileContent(data: Buffer): FileContent {
  return { data, hash: quickXorHash(data) }
}

/** Ids of items have the form of SharePoint's: `01` and 32 characters of base32. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const itemId = (bytes: Buffer) =>
  `01${Array.from(bytes.subarray(0, 32), (byte) => letters[byte % 32]).join('')}`

export function newItemId(): string {
  return itemId(randomBytes(32))
}

function rootId(ownerId: string): string {
  return itemId(createHash('sha256').update(`root ${ownerId}`).digest())
}

function rootItem(ownerId: string, at: string): DriveItem {
  return {
    id: rootId(ownerId),
    ownerId,
    parentId: undefined,
    name: 'root',
    description: undefined,
    content: undefined,
    createdDateTime: at,
    lastModifiedDateTime: at,
    createdBy: { userId: ownerId },
    lastModifiedBy: { userId: ownerId },
    version: 1,
    contentVersion: 1,
  }
}

/** The texts of contents that did not change, because a state file is written after each request. */
const texts = new WeakMap<FileContent, string>()

function base64(content: FileContent): string {
  const known = texts.get(content) ?? content.data.toString('base64')
  texts.set(content, known)
  return known
}

function stored({ parentId, description, content, ...rest }: DriveItem): StoredItem {
  return {
    ...rest,
    parentId: parentId ?? null,
    description: description ?? null,
    data: content ? base64(content) : null,
  }
}

function restored({ data, parentId, description, ...rest }: StoredItem): DriveItem {
  return {
    ...rest,
    parentId: parentId ?? undefined,
    description: description ?? undefined,
    content: data === null ? undefined : fileContent(Buffer.from(data, 'base64')),
  }
}
