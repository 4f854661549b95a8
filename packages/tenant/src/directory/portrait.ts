/** The photo of a user: about half of the users have one, and it does not change. */

import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import { createBoundedMap } from '../bounded-map.ts'
import type { TenantUser } from './user.ts'

export function hasPhoto({ id, photo }: TenantUser): boolean {
  if (photo !== undefined) return photo !== null
  return parseInt(id.slice(-1), 16) % 2 === 0
}

/** Drawing takes some milliseconds, and the account picker shows several at once. */
const drawn = createBoundedMap<Buffer>(100)

/** Pixels on each side. */
export const portraitSize = 96

/** Head and shoulders on a coloured ground, as a PNG. @returns the same bytes for the same `id` and size */
export function portrait(id: string, size = portraitSize): Buffer {
  const key = `${id} ${size}`
  const known = drawn.get(key)
  if (known) return known
  const photo = draw(id, size)
  drawn.set(key, photo)
  return photo
}

function draw(id: string, size: number): Buffer {
  const [red = 0, green = 0, blue = 0, shade = 0] = createHash('sha256').update(id).digest()
  const ground = [90 + red / 3, 90 + green / 3, 90 + blue / 3]
  const figure = ground.map((part) => Math.min(255, part + 60 + shade / 8))
  const rows = Array.from({ length: size }, (_, y) => row(y, size, ground, figure))
  return png(Buffer.concat(rows), size)
}

function row(
  y: number,
  size: number,
  ground: readonly number[],
  figure: readonly number[],
): Buffer {
  const pixels = Array.from({ length: size }, (_, x) => (isFigure(x, y, size) ? figure : ground))
  // Each row of a PNG begins with its filter; 0 is none.
  return Buffer.from([0, ...pixels.flat()])
}

function isFigure(x: number, y: number, size: number): boolean {
  const middle = size / 2
  const head = Math.hypot(x - middle, y - size * 0.38) < size * 0.19
  const shoulders = Math.hypot((x - middle) / 1.15, y - size) < size * 0.36
  return head || shoulders
}

/** https://www.w3.org/TR/png-3/: signature, header, one block of data, end. Each row begins with its filter. */
export function png(rows: Buffer, size: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  // 8 bits for each of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
