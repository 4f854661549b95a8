/** A record as one Redis value: version, expiry, summary, sealed. */
import type { StoredRecord } from './store.ts'

/** The version in front, in fixed width, so that a script can compare it without parsing. */
export const versionPrefix = {
  length: 8,
  of: (version: number) => version.toString(16).padStart(8, '0'),
}

const expiryAt = versionPrefix.length
const summaryLengthAt = expiryAt + 8
const headerLength = summaryLengthAt + 2

/** So much of a value holds header and summary of most records: about 140 bytes for each session key. */
export const usualHeadBytes = 512

/** How many bytes of a value header and summary take; undefined if it is too short to tell. */
export function headBytesOf(value: Buffer): number | undefined {
  if (value.length < headerLength) return undefined
  return headerLength + value.readUInt16BE(summaryLengthAt)
}

export function encodeValue({ version, expiresAt, summary, sealed }: StoredRecord): Buffer {
  const header = Buffer.alloc(headerLength)
  header.write(versionPrefix.of(version), 'latin1')
  header.writeDoubleBE(expiresAt, expiryAt)
  header.writeUInt16BE(summary.length, summaryLengthAt)
  return Buffer.concat([header, summary, sealed])
}

/** Undefined where the value is of another form. */
export function decodeValue(id: string, value: Buffer): StoredRecord | undefined {
  if (value.length < headerLength) return undefined
  const version = Number.parseInt(value.toString('latin1', 0, expiryAt), 16)
  const expiresAt = value.readDoubleBE(expiryAt)
  const sealedAt = headerLength + value.readUInt16BE(summaryLengthAt)
  if (!Number.isFinite(version) || !Number.isFinite(expiresAt) || sealedAt > value.length) {
    return undefined
  }
  const summary = value.subarray(headerLength, sealedAt)
  return { id, version, expiresAt, summary, sealed: value.subarray(sealedAt) }
}
