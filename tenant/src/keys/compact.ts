/** Compact JWS, signed without any check of the content: the faults need tokens that no library would make. */

import { sign, type KeyObject } from 'node:crypto'

export interface CompactParts {
  header: Record<string, unknown>
  /** The payload's exact bytes. */
  payload: string | Buffer
}

export function signRs256(parts: CompactParts, key: KeyObject): string {
  return signWith(parts, (input) => sign('sha256', input, key))
}

export function signWith(parts: CompactParts, signer: (input: Buffer) => Buffer): string {
  const input = `${encode(JSON.stringify(parts.header))}.${encode(parts.payload)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}

function encode(value: string | Buffer): string {
  return Buffer.from(value).toString('base64url')
}
