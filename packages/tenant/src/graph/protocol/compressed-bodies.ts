/**
 * Bodies that come compressed. Microsoft's Graph client for Go compresses every body with gzip, and sends it again as it is only
 * after a 415.
 */

import type { FastifyInstance, RequestPayload } from 'fastify'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { GraphError } from '../errors.ts'

export function readCompressed(app: FastifyInstance): void {
  app.addHook('preParsing', async ({ headers }, _reply, payload) => {
    const coding = headers['content-encoding'] ?? 'identity'
    if (/^identity$/i.test(coding)) return payload
    if (/^(?:x-)?gzip$/i.test(coding)) return decompressed(payload)
    const message = `The content encoding '${coding}' is not supported.`
    throw new GraphError(415, 'BadRequest', message, { 'accept-encoding': 'gzip' })
  })
}

/** The limit of a body is that of what comes out, so a small body cannot become a large one. */
function decompressed(payload: RequestPayload): RequestPayload {
  const gunzip: RequestPayload & ReturnType<typeof createGunzip> = createGunzip()
  // Fastify compares this with the length that the request has named.
  gunzip.receivedEncodedLength = 0
  payload.on('data', (chunk: Buffer) => {
    gunzip.receivedEncodedLength = (gunzip.receivedEncodedLength ?? 0) + chunk.length
  })
  // The reader of the body hears of an error.
  pipeline(payload, gunzip, () => undefined)
  return gunzip
}
