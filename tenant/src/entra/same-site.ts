/** Any web page can make a browser send a form to loopback: the tenant takes only those of its own pages. */

import type { FastifyRequest } from 'fastify'
import { EntraError } from './errors.ts'

/** @throws EntraError 403 for a request that a browser sent from another site */
export function refuseCrossSite(request: FastifyRequest): void {
  if (isSameSite(request)) return
  throw new EntraError(90023, { status: 403, message: 'The form was sent from another site.' })
}

/** True without an Origin: then it was no browser's form. */
export function isSameSite({ headers }: FastifyRequest): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  // With https where a proxy with TLS stands in front.
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host
}
