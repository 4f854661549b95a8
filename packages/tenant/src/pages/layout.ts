/** The layout of every page, its headers, and the parts that pages share. Pages need no script. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply } from 'fastify'
import { html } from 'ghtml'
import type { TenantUser } from '../directory/directory.ts'
import { scopeWords } from '../entra/scopes.ts'

const mark =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 18V9a8 8 0 0 1 16 0v9h-4V9a4 4 0 0 0-8 0v9z"/></svg>'

interface Layout {
  title: string
  /** The content of `main`: escaped markup. */
  main: string
  wide?: boolean
  /** Markup for the head. */
  head?: string
}

export function layout({ title, main, wide = false, head = '' }: Layout): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Local tenant</title>
        !${styleElement} !${head}
      </head>
      <body>
        <main class="${wide ? 'wide' : ''}">
          <p class="brand">!${mark} Local tenant</p>
          !${main}
        </main>
        <footer>Local tenant: no real accounts · <a href="/_tenant">Control page</a></footer>
      </body>
    </html>`
}

export interface Page {
  html: string
  /** Origins that a form of the page may redirect to, besides the tenant's own. */
  formOrigins?: readonly string[]
  /** Origins of the page's frames. */
  frameOrigins?: readonly string[]
  /** Hashes of inline scripts, `'sha256-…'`. */
  scriptHashes?: readonly string[]
}

/** Sends a page that is not stored, runs no script, is in no frame and loads nothing from other origins. */
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

/**
 * The address of the page that a request asks for, as its forms name it. It has no path, so that the forms also
 * work under the path of a proxy.
 */
export function sameAddress(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? '?' : url.slice(query)
}

function contentSecurityPolicy({ formOrigins = [], frameOrigins = [], scriptHashes = [] }: Page) {
  return [
    "default-src 'none'",
    `style-src ${styleHash}`,
    ...(scriptHashes.length > 0 ? [`script-src ${scriptHashes.join(' ')}`] : []),
    ...(frameOrigins.length > 0 ? [`frame-src ${frameOrigins.join(' ')}`] : []),
    // Chromium applies this to the redirects after a form too.
    ["form-action 'self'", ...formOrigins].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The style sheet of all pages is inline, so that a page is one answer. The policy names its hash. */
const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')

const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** In one piece: one more space, and the hash would not match. */
const styleElement = `<style>${style}</style>`

const script = 'document.forms[0].submit()'
const scriptElement = `<script>${script}</script>`
const scriptHash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`

/** `response_mode=form_post`: a form that submits itself, or with one click if scripts are off. */
export function formPostPage(action: string, parameters: readonly [string, string][]): Page {
  const inputs = parameters.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  const main = html`<h1>One moment</h1>
    <p class="quiet">You are on your way back to the application.</p>
    <form method="post" action="${action}">
      !${inputs}
      <div class="actions"><button class="primary">Continue</button></div>
    </form>
    !${scriptElement}`
  return {
    html: layout({ title: 'One moment', main }),
    formOrigins: [new URL(action).origin],
    scriptHashes: [scriptHash],
  }
}

const hues = 8

/** A user with initials, name and user name. */
export function person(user: TenantUser): string {
  const hue = parseInt(user.id.slice(0, 4), 16) % hues
  return html`<span class="avatar hue${hue}" aria-hidden="true">${initials(user)}</span>
    <span class="names"><b>${user.displayName}</b> <small>${user.userPrincipalName}</small></span>`
}

/** A list of buttons, each of which submits its user. */
export function people(users: readonly TenantUser[]): string {
  const items = users.map(
    (user) => html`<li><button name="user" value="${user.id}">!${person(user)}</button></li>`,
  )
  return html`<ul class="people">
    !${items}
  </ul>`
}

function initials({ displayName }: TenantUser): string {
  const words = displayName.split(/[\s-]+/).filter((word) => /^\p{L}/u.test(word))
  const [first = '?'] = words
  const last = words.length > 1 ? words.at(-1) : undefined
  return [first, last]
    .map((word) => (word ? (Array.from(word)[0] ?? '') : ''))
    .join('')
    .toUpperCase()
}

/** Permissions in plain words, as a list. */
export function scopeList(scopes: readonly string[]): string {
  const items = scopes.map(
    (scope) =>
      html`<li>
        ${scopeWords[scope] ?? 'Use another API of the organisation'} <code>${scope}</code>
      </li>`,
  )
  return html`<ul class="scopes">
    !${items}
  </ul>`
}
