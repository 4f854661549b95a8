/** Sends a page with the headers that every page has: no store, no script, no frame, nothing from elsewhere. */

import type { FastifyReply } from 'fastify'
import { styleHash } from './style.ts'

export interface Page {
  html: string
  /** Origins that a form of the page may lead to by redirect, besides the tenant's own. */
  formOrigins?: readonly string[]
  /** Origins that are loaded in frames. */
  frameOrigins?: readonly string[]
  /** Hashes of inline scripts, `'sha256-…'`. */
  scriptHashes?: readonly string[]
}

export function sendPage(reply: FastifyReply, page: Page, status = 200): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy(page),
      'x-content-type-options': 'nosniff',
      // With `no-referrer` a browser would send `Origin: null` with the page's own forms.
      'referrer-policy': 'same-origin',
    })
    .send(page.html)
}

function contentSecurityPolicy({ formOrigins = [], frameOrigins = [], scriptHashes = [] }: Page) {
  return [
    "default-src 'none'",
    `style-src ${styleHash}`,
    ...(scriptHashes.length > 0 ? [`script-src ${scriptHashes.join(' ')}`] : []),
    ...(frameOrigins.length > 0 ? [`frame-src ${frameOrigins.join(' ')}`] : []),
    // Chromium holds the redirects after a form to this as well.
    ["form-action 'self'", ...formOrigins].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
