/**
 * The local tenant under a path of the page's own origin, for a browser on another machine: in a Codespace or a dev
 * container, or behind a tunnel. The tenant signs anyone in without a password, and a tunnel may be public. So a
 * browser has to enter a code first that was printed in the terminal. Each code lets one browser in.
 */

import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin, ProxyOptions } from 'vite'
import { escapeHtml } from './document/escape-html.ts'
import { answerUnavailable } from './unavailable.ts'

export const tenantPath = '/_tenant-login'

/** A browser needs these pages only. Tokens, Graph and the control page stay on the machine. */
export const tenantPages = `^${tenantPath}/[\\w-]+/oauth2/v2\\.0/(?:authorize|logout)(?:\\?|$)`

const isTenantPage = new RegExp(tenantPages)
const cookieName = '__Host-tenant-login'
/** 32 letters and digits that are not mistaken for each other: 8 of them are 40 bits. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const codeLength = 8
const attemptsPerCode = 5
const lockedMs = 60_000
const browserLimit = 20

interface GateOptions {
  /** Gets each new code; it is to be shown in the terminal only. */
  print: (code: string) => void
  /** Milliseconds since the epoch. */
  now?: () => number
}

/** Lets browsers in by codes. */
export class CodeGate {
  readonly #print: (code: string) => void
  readonly #now: () => number
  readonly #browsers = new Set<string>()
  #code = ''
  #attempts = 0
  #lockedUntil = 0

  constructor({ print, now = Date.now }: GateOptions) {
    this.#print = print
    this.#now = now
    this.#renew()
  }

  isOpenTo(cookie: string | undefined): boolean {
    return cookie !== undefined && this.#browsers.has(digest(cookie).toString('hex'))
  }

  /** @returns the cookie's value for a right code; why not, for any other */
  enter(code: string): { cookie: string } | 'wrong' | 'locked' {
    if (this.#now() < this.#lockedUntil) return 'locked'
    const typed = code.toUpperCase().replace(/[\s-]/g, '')
    // Digests, so that neither the content nor the length shows in the time.
    if (timingSafeEqual(digest(typed), digest(this.#code))) {
      const cookie = randomBytes(32).toString('base64url')
      if (this.#browsers.size >= browserLimit) this.#browsers.clear()
      this.#browsers.add(digest(cookie).toString('hex'))
      this.#renew()
      return { cookie }
    }
    this.#attempts += 1
    if (this.#attempts < attemptsPerCode) return 'wrong'
    this.#lockedUntil = this.#now() + lockedMs
    this.#renew()
    return 'locked'
  }

  #renew(): void {
    this.#attempts = 0
    const letters = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)])
    this.#code = letters.join('')
    this.#print(`${this.#code.slice(0, 4)}-${this.#code.slice(4)}`)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

interface TenantLogin {
  /** The public origin of the page. */
  publicUrl: string
  /** Where the tenant listens, on this machine. */
  tenant: string
}

/** Forwards the pages of the tenant. `tenantLogin` has to be among the plugins: it guards them. */
export function tenantProxy({ tenant }: TenantLogin): ProxyOptions {
  return {
    target: tenant,
    // The tenant answers to its own name and to forms of its own pages only. The gate has checked the origin.
    changeOrigin: true,
    headers: { origin: tenant },
    xfwd: false,
    rewrite: (path) => path.slice(tenantPath.length),
    configure: (proxy) => {
      proxy.on('error', answerUnavailable('The local tenant does not answer.'))
    },
  }
}

/** Guards everything under the tenant's path. */
export function tenantLogin({ publicUrl }: TenantLogin, gate: CodeGate): Plugin {
  return {
    name: 'tenant-login',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { url = '', method } = request
        if (url !== tenantPath && !url.startsWith(`${tenantPath}/`)) return next()
        if (!isOwn(request, publicUrl))
          return sendPage(response, 403, '', 'The form is of another site.')
        if (gate.isOpenTo(cookieOf(request))) {
          return isTenantPage.test(url) ? next() : sendText(response, 404, 'There is no such page.')
        }
        if (method === 'POST' && url === `${tenantPath}/code`)
          return void enter(request, response, gate)
        return sendPage(response, 403, isTenantPage.test(url) ? url : '')
      })
    },
  }
}

/** A browser sends an Origin with a form. */
function isOwn({ headers, method }: IncomingMessage, publicUrl: string): boolean {
  const { origin } = headers
  if (method === 'GET' || method === 'HEAD') return true
  return origin === undefined || origin === publicUrl
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const values = pairs.filter((pair) => pair.startsWith(`${cookieName}=`))
  return values.length === 1 ? values[0]?.slice(cookieName.length + 1) : undefined
}

const bodyLimit = 8192

async function enter(
  request: IncomingMessage,
  response: ServerResponse,
  gate: CodeGate,
): Promise<void> {
  let body = ''
  try {
    for await (const chunk of request) {
      body += String(chunk)
      if (body.length > bodyLimit) return sendText(response, 413, 'The form is too long.')
    }
  } catch {
    return
  }
  const form = new URLSearchParams(body)
  const next = form.get('next') ?? ''
  const result = gate.enter(form.get('code') ?? '')
  if (result === 'wrong') return sendPage(response, 403, next, 'This is not the code.')
  if (result === 'locked') {
    const words = 'Too many wrong codes. Wait a minute; the terminal has a new code.'
    return sendPage(response, 429, next, words)
  }
  response
    .writeHead(303, {
      location: isTenantPage.test(next) ? next : '/',
      'set-cookie': `${cookieName}=${result.cookie}; Path=/; HttpOnly; Secure; SameSite=Lax`,
      'cache-control': 'no-store',
    })
    .end()
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(text)
}

function sendPage(response: ServerResponse, status: number, next: string, problem = ''): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }).end(`<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width" />
<meta name="color-scheme" content="light dark" />
<title>Code</title>
<main>
<h1>Enter the code</h1>
<p>The local tenant signs in without a password. The code is in the terminal of <code>npm run dev</code>.</p>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post" action="${tenantPath}/code">
<input type="hidden" name="next" value="${escapeHtml(next)}" />
<label>Code <input name="code" autocomplete="one-time-code" maxlength="20" required autofocus /></label>
<button>Continue</button>
</form>
</main>
</html>
`)
}
