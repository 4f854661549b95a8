/**
 * The hash by which OneDrive for Business and its clients compare files.
 * https://learn.microsoft.com/onedrive/developer/code-snippets/quickxorhash
 */

const hashBytes = 20
const hashBits = hashBytes * 8
/** Each byte is shifted by so many bits more than the one before it. */
const shift = 11

/** @returns base64 of 20 bytes */
export function quickXorHash(data: Uint8Array): string {
  const hash = new Uint8Array(hashBytes)
  let bit = 0
  for (const byte of data) {
    const [place, offset] = [bit >> 3, bit & 7]
    const shifted = byte << offset
    hash[place] = (hash[place] ?? 0) ^ (shifted & 0xff)
    const next = place + 1 === hashBytes ? 0 : place + 1
    hash[next] = (hash[next] ?? 0) ^ (shifted >> 8)
    bit += shift
    if (bit >= hashBits) bit -= hashBits
  }
  // The length, as 64 bits little-endian, goes over the last eight bytes.
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  for (const [index, byte] of length.entries()) {
    const place = hashBytes - 8 + index
    hash[place] = (hash[place] ?? 0) ^ byte
  }
  return Buffer.from(hash).toString('base64')
}
