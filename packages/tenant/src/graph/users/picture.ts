/**
 * Pictures that were uploaded: their type and size, read from their first bytes, and smaller ones of them. PNG of 8 bits is made
 * smaller here; other pictures are sent in their own size only, because that needs a library.
 */

import { inflateSync } from 'node:zlib'
import { png } from '../../directory/portrait.ts'

export interface PictureSize {
  width: number
  height: number
}

const signatures: readonly (readonly [type: string, signature: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/bmp', /^BM/],
]

/** Undefined for what is none of the four that browsers show everywhere. */
export function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 8).toString('latin1')
  return signatures.find(([, signature]) => signature.test(start))?.[0]
}

/** Undefined if the bytes do not say it. */
export function pictureSize(bytes: Buffer): PictureSize | undefined {
  const type = pictureType(bytes)
  if (type === 'image/png' && bytes.length >= 24) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  }
  if (type === 'image/gif' && bytes.length >= 10) {
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  }
  if (type === 'image/bmp' && bytes.length >= 26) {
    return { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) }
  }
  return type === 'image/jpeg' ? jpegSize(bytes) : undefined
}

/** ITU T.81, B.2.2: a frame header has the size. */
function jpegSize(bytes: Buffer): PictureSize | undefined {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

interface Pixels extends PictureSize {
  /** Red, green and blue of each. */
  data: Uint8Array
}

/** Larger pictures are not made smaller: their pixels would be tens of megabytes. */
const mostPixels = 4_000_000

/** Whether a picture can be had as a square of this size: because it is one, or can be made smaller. */
export function isAvailable(bytes: Buffer, size: number): boolean {
  const known = pictureSize(bytes)
  if (!known) return false
  if (known.width === size && known.height === size) return true
  return Math.min(known.width, known.height) >= size && isReadable(bytes, known)
}

/**
 * The picture itself if it has the size, or else its middle as a smaller PNG. Decided: no page says how Graph cuts.
 *
 * @returns undefined for what is not available, and for a broken picture
 */
export function pictureOf(bytes: Buffer, size: number): Buffer | undefined {
  const known = pictureSize(bytes)
  if (!known || !isAvailable(bytes, size)) return undefined
  if (known.width === size && known.height === size) return bytes
  const pixels = readPng(bytes, known)
  return pixels && png(Buffer.concat(rowsOf(pixels, size)), size)
}

function rowsOf({ width, height, data }: Pixels, size: number): Buffer[] {
  const side = Math.min(width, height)
  const [left, top] = [(width - side) >> 1, (height - side) >> 1]
  return Array.from({ length: size }, (_, y) => {
    const row = Buffer.alloc(1 + size * 3)
    for (let x = 0; x < size; x += 1) {
      const [x0, x1] = [Math.floor((x * side) / size), Math.floor(((x + 1) * side) / size)]
      const [y0, y1] = [Math.floor((y * side) / size), Math.floor(((y + 1) * side) / size)]
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0
        for (let v = y0; v < y1; v += 1) {
          for (let u = x0; u < x1; u += 1) {
            sum += data[((top + v) * width + left + u) * 3 + channel] ?? 0
          }
        }
        row[1 + x * 3 + channel] = Math.round(sum / ((x1 - x0) * (y1 - y0)))
      }
    }
    return row
  })
}

/** Of the colour types of PNG, the bytes of a pixel. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** 8 bits, not interlaced, and not too large. */
function isReadable(bytes: Buffer, { width, height }: PictureSize): boolean {
  const [depth, color = -1, , , interlace] = bytes.subarray(24, 29)
  const isPlain = depth === 8 && interlace === 0 && Object.hasOwn(channelsOf, color)
  return pictureType(bytes) === 'image/png' && isPlain && width * height <= mostPixels
}

/** W3C PNG, sections 5, 7 and 9. Undefined for a broken one. */
function readPng(bytes: Buffer, size: PictureSize): Pixels | undefined {
  const color = bytes[25] ?? 0
  const channels = channelsOf[color] ?? 1
  const chunks = [...chunksOf(bytes)]
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  const stride = size.width * channels
  try {
    const maxOutputLength = (stride + 1) * size.height
    const raw = inflateSync(Buffer.concat(packed), { maxOutputLength })
    if (raw.length < maxOutputLength) return undefined
    const plain = unfiltered(raw, stride, channels)
    return { ...size, data: colors(plain, channels, color === 3 ? palette : undefined) }
  } catch {
    return undefined
  }
}

function* chunksOf(bytes: Buffer): Generator<{ type: string; data: Buffer }> {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    yield { type, data: bytes.subarray(at + 8, at + 8 + length) }
    at += 12 + length
  }
}

/** Each line begins with the way in which it differs from its neighbours. */
function unfiltered(raw: Buffer, stride: number, channels: number): Uint8Array {
  const lines = raw.length / (stride + 1)
  const plain = new Uint8Array(lines * stride)
  for (let y = 0; y < lines; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x
      const left = x < channels ? 0 : (plain[at - channels] ?? 0)
      const up = y === 0 ? 0 : (plain[at - stride] ?? 0)
      const corner = x < channels || y === 0 ? 0 : (plain[at - stride - channels] ?? 0)
      const sent = raw[y * (stride + 1) + 1 + x] ?? 0
      plain[at] = sent + predicted(filter, left, up, corner)
    }
  }
  return plain
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const estimate = left + up - corner
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(estimate - one)) as [
    number,
    number,
    number,
  ]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}

/** What is transparent becomes white. */
function colors(plain: Uint8Array, channels: number, palette: Buffer | undefined): Uint8Array {
  const count = plain.length / channels
  const data = new Uint8Array(count * 3)
  const isGrey = channels < 3 && !palette
  for (let pixel = 0; pixel < count; pixel += 1) {
    const at = pixel * channels
    const alpha = channels === 2 || channels === 4 ? (plain[at + channels - 1] ?? 255) / 255 : 1
    for (let channel = 0; channel < 3; channel += 1) {
      const value = palette
        ? palette[(plain[at] ?? 0) * 3 + channel]
        : plain[at + (isGrey ? 0 : channel)]
      data[pixel * 3 + channel] = Math.round((value ?? 0) * alpha + 255 * (1 - alpha))
    }
  }
  return data
}
