/**
 * Pages compressed in parts: the app's own text, which is the same for everybody, and what is in it of one person, which is
 * not compressed. The size of a page then tells nothing that it did not tell before, whatever a search finds beside
 * what was searched for (BREACH).
 */
import { constants, crc32, deflateRawSync } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'

/** Text that is the same for everybody, compressed once. */
export interface FixedText {
  plain: Buffer
  /** Ends at a whole byte, so that other blocks can follow it. */
  deflated: Buffer
}

export function fixedText(text: string): FixedText {
  const plain = Buffer.from(text)
  const settings = { level: 9, finishFlush: constants.Z_SYNC_FLUSH }
  return { plain, deflated: deflateRawSync(plain, settings) }
}

/** @param header Accept-Encoding (RFC 9110 §12.5.3) */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  return negotiate(String(header ?? '').toLowerCase(), ['gzip']) !== null
}

/** Writes one page. The parts that it returns are sent one after the other. */
export interface PageWriter {
  fixed(text: FixedText): Buffer
  personal(text: string): Buffer
  end(): Buffer
}

export const plainPage: PageWriter = {
  fixed: ({ plain }) => plain,
  personal: (text) => Buffer.from(text),
  end: () => Buffer.alloc(0),
}

/** Deflate, no name, no time, of no system (RFC 1952 §2.3). */
const header = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
/** The most that a stored block has (RFC 1951 §3.2.4): its length has 16 bits. */
const maxStoredBytes = 0xffff
const lastBlock = Buffer.of(1, 0, 0, 0xff, 0xff)

/** One member of a gzip file (RFC 1952). */
export function gzipPage(): PageWriter {
  let begun = false
  let checksum = 0
  let size = 0

  function written(plain: Buffer, blocks: Buffer[]): Buffer {
    const before = begun ? [] : [header]
    begun = true
    checksum = crc32(plain, checksum)
    size += plain.length
    return Buffer.concat([...before, ...blocks])
  }

  return {
    fixed: ({ plain, deflated }) => written(plain, [deflated]),
    personal: (text) => {
      const plain = Buffer.from(text)
      return written(plain, storedBlocks(plain))
    },
    end: () => {
      const trailer = Buffer.alloc(8)
      trailer.writeUInt32LE(checksum, 0)
      trailer.writeUInt32LE(size % 2 ** 32, 4)
      return Buffer.concat([lastBlock, trailer])
    },
  }
}

function storedBlocks(plain: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let at = 0; at < plain.length; at += maxStoredBytes) {
    const content = plain.subarray(at, at + maxStoredBytes)
    const length = Buffer.alloc(5)
    length.writeUInt16LE(content.length, 1)
    length.writeUInt16LE(content.length ^ maxStoredBytes, 3)
    blocks.push(length, content)
  }
  return blocks
}
