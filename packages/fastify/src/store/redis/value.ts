/** A record as one Redis value: version, expiry, label, sealed. */
import type { StoredRecord } from '../store.ts'

/** The version comes first, in fixed width, so that a script can compare it without parsing. */
export const versionPrefix = {
  length: 8,
  of: (version: number) => version.toString(16).padStart(8, '0'),
}

const expiryAt = versionPrefix.length
const labelLengthAt = expiryAt + 8
const headerLength = labelLengthAt + 2

/** How many bytes of a value header and label take; undefined if it is too short to tell. */
export function headBytesOf(value: Buffer): number | undefined {
  if (value.length < headerLength) return undefined
  return headerLength + value.readUInt16BE(labelLengthAt)
}

export function encodeValue({ version, expiresAt, label, sealed }: StoredRecord): Buffer {
  const header = Buffer.alloc(headerLength)
  header.write(versionPrefix.of(version), 'latin1')
  header.writeDoubleBE(expiresAt, expiryAt)
  header.writeUInt16BE(label.length, labelLengthAt)
  return Buffer.concat([header, label, sealed])
}

/** Undefined if the value has another form. */
export function decodeValue(id: string, value: Buffer): StoredRecord | undefined {
  if (value.length < headerLength) return undefined
  const version = Number.parseInt(value.toString('latin1', 0, expiryAt), 16)
  const expiresAt = value.readDoubleBE(expiryAt)
  const sealedAt = headerLength + value.readUInt16BE(labelLengthAt)
  if (!Number.isFinite(version) || !Number.isFinite(expiresAt) || sealedAt > value.length) {
    return undefined
  }
  const label = value.subarray(headerLength, sealedAt)
  return { id, version, expiresAt, label, sealed: value.subarray(sealedAt) }
}
