/** The certificates of an application. The list is replaced as a whole; the keys of known entries need not be sent again. */

import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import type { Static } from 'typebox'
import { graphTime, type StoredKey } from '../../registry/application.ts'
import { badBody, invalidValue } from '../errors.ts'
import type { KeyCredentialInput } from './input.ts'
import { parseDateTime } from '../protocol/date-time.ts'

type Input = Static<typeof KeyCredentialInput>

/**
 * @param now ms since the epoch
 * @throws GraphError 400
 */
export function toStoredKeys(
  stored: readonly StoredKey[],
  inputs: readonly Input[],
  now: number,
): StoredKey[] {
  return inputs.map((input) => {
    const known = stored.find(({ keyId }) => keyId === input.keyId)
    if (typeof input.key === 'string') return newKey(input, input.key, now)
    if (known) return known
    throw badBody('No credentials found to be removed or updated.')
  })
}

function newKey(input: Input, text: string, now: number): StoredKey {
  const certificate = parse(text)
  const from = Date.parse(certificate.validFrom)
  const to = Date.parse(certificate.validTo)
  const start = input.startDateTime === undefined ? from : parseDateTime(input.startDateTime)
  const end = input.endDateTime === undefined ? to : parseDateTime(input.endDateTime)
  if (!(end > now && end <= to)) throw badBody('Key credential end date is invalid.')
  if (!(start >= from && start < end)) throw badBody('Key credential start date is invalid.')
  return {
    keyId: input.keyId ?? randomUUID(),
    displayName: input.displayName ?? certificate.subject.replaceAll('\n', ', '),
    type: input.type,
    usage: input.usage,
    startDateTime: graphTime(start),
    endDateTime: graphTime(end),
    customKeyIdentifier: createHash('sha1').update(certificate.raw).digest('base64'),
    key: certificate.raw.toString('base64'),
  }
}

/** DER in base64, or PEM in base64, as the portal sends it. */
function parse(text: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(text, 'base64'))
  } catch {
    throw invalidValue('keyCredentials', 'Application')
  }
}
