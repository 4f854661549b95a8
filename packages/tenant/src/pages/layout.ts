/** The layout of every page, its headers, and the parts that pages share. Pages need no script. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply } from 'fastify'
import { html } from 'ghtml'
import { words } from './words.ts'

const mark =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 18V9a8 8 0 0 1 16 0v9h-4V9a4 4 0 0 0-8 0v9z"/></svg>'

interface Layout {
  title: string
  /** The content of `main`: escaped markup. */
  main: string
  wide?: boolean
  /** Markup for the head. */
  head?: string
  /** Markup beside the name of the tenant. */
  aside?: string
}

/**
 * The whole page. Its icon is empty: without one a browser asks for /favicon.ico, and says in its console that the policy does
 * not allow that.
 */
export function layout({ title, main, wide = false, head = '', aside = '' }: Layout): string {
  return html`<!doctype html>
    <html lang="${words.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${words.title(title)}</title>
        !${styleElement} !${head}
      </head>
      <body>
        <main class="${wide ? 'wide' : ''}">
          <div class="brand">
            <p>!${mark} ${words.brand}</p>
            !${aside}
          </div>
          !${main}
        </main>
        <footer>${words.footer} · <a href="/_tenant">${words.controlPage}</a></footer>
      </body>
    </html>`
}

export interface Page {
  html: string
  /** Origins that a form of the page may redirect to, besides the tenant's own. */
  formOrigins?: readonly string[]
  /** Origins of the page's frames. */
  frameOrigins?: readonly string[]
  /** The page may be in a frame of other sites, because there is nothing to press on it. */
  isFrameable?: boolean
  /** Hashes of inline scripts and further style sheets, `'sha256-…'`. */
  scriptHashes?: readonly string[]
  styleHashes?: readonly string[]
  /** Whether its script asks the tenant for more. */
  connects?: boolean
}

/** Sends a page that is not stored, runs no script but its own, is in no frame and loads nothing. */
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

function contentSecurityPolicy(page: Page): string {
  const { formOrigins = [], frameOrigins = [], scriptHashes = [], styleHashes = [] } = page
  return [
    "default-src 'none'",
    ['style-src', styleHash, ...styleHashes].join(' '),
    // Photos are part of the page.
    'img-src data:',
    ...(scriptHashes.length > 0 ? [`script-src ${scriptHashes.join(' ')}`] : []),
    ...(page.connects ? ["connect-src 'self'"] : []),
    ...(frameOrigins.length > 0 ? [`frame-src ${frameOrigins.join(' ')}`] : []),
    // Chromium applies this to the redirects after a form too.
    ["form-action 'self'", ...formOrigins].join(' '),
    "base-uri 'none'",
    ...(page.isFrameable ? [] : ["frame-ancestors 'none'"]),
  ].join('; ')
}

/** The source that a policy names for an address that forms may lead to: its origin, or the scheme of a program. */
export function formOrigin(uri: string): string {
  const { origin, protocol } = new URL(uri)
  return origin === 'null' ? protocol : origin
}

/** A style sheet or script that stands in the page itself, so that a page is one answer. The policy names its hash. */
export interface Inline {
  element: string
  /** `'sha256-…'` */
  hash: string
}

/** In one piece: one more space, and the hash would not match. */
function inline(tag: 'style' | 'script', text: string): Inline {
  const digest = createHash('sha256').update(text).digest('base64')
  return { element: `<${tag}>${text}</${tag}>`, hash: `'sha256-${digest}'` }
}

/** @param file beside the pages, such as `control/style.css` */
export function inlineFile(tag: 'style' | 'script', file: string): Inline {
  return inline(tag, readFileSync(new URL(file, import.meta.url), 'utf8'))
}

/** The style sheet of all pages. */
const { element: styleElement, hash: styleHash } = inlineFile('style', './style.css')

const submit = inline('script', 'document.forms[0].submit()')

/** `response_mode=form_post`: a form that submits itself, or with one click if scripts are off. */
export function formPostPage(action: string, parameters: readonly [string, string][]): Page {
  const inputs = parameters.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  const main = html`<h1>${words.oneMoment.title}</h1>
    <p class="quiet">${words.oneMoment.returning}</p>
    <form method="post" action="${action}">
      !${inputs}
      <div class="actions"><button class="primary">${words.continue}</button></div>
    </form>
    !${submit.element}`
  return {
    html: layout({ title: words.oneMoment.title, main }),
    formOrigins: [formOrigin(action)],
    scriptHashes: [submit.hash],
  }
}

/** Permissions in plain words, as a list. */
export function scopeList(scopes: readonly string[]): string {
  const { otherApi, ofGraph } = words.consent
  const items = scopes.map((scope) => {
    const text = words.scopes[scope] ?? (scope.includes('/') ? otherApi : ofGraph)
    return html`<li>${text} <code>${scope}</code></li>`
  })
  return html`<ul class="scopes">
    !${items}
  </ul>`
}
