/** The bodies of requests to drives: bytes, which are JSON where an operation says so. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mostBytes } from '../../drives/drives.ts'
import { largestBody } from '../../journal.ts'
import { invalidRequest } from './errors.ts'

/** No file can be larger, because the tenant keeps no more. */
const bodyLimit = mostBytes

/** Takes every body in this scope as bytes. */
export function readBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit },
    async (_: unknown, body: Buffer) => body,
  )
}

export function bytesOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/**
 * The members of a JSON object, which the journal has then too.
 *
 * @throws GraphError 400 for what is no object; no body at all is an empty one
 */
export function jsonOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  const bytes = bytesOf(request)
  if (bytes.length === 0) return {}
  const value = parsed(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('The request is malformed or incorrect.')
  }
  if (request.journalEntry && bytes.length <= largestBody) request.journalEntry.body = value
  return value as Readonly<Record<string, unknown>>
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
