/** Pages that the server writes itself: for people whose navigation failed before the web app could load. */
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { type Appearance, supportLink, supportName } from '@gatehouse/contract/appearance'
import { brandShades, fluentBrand } from '@gatehouse/contract/brand'
import { publicAddress } from './base-path.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the app looks like, if it was said. */
    appearance: Appearance | undefined
  }
}

/** Every text is one of ours: nothing of a request is repeated on such a page. */
export interface HtmlPage {
  title: string
  /** Paragraphs. */
  text: readonly string[]
  /** Short lines below them, such as permissions. */
  list?: readonly string[]
  /** The one thing to do next; `href` is a path of this app, or a whole address elsewhere. */
  action: { label: string; href: string }
  /** For support, and found in the log. */
  requestId?: string
}

/** Without an app's own, as for an answer that a request could not reach the app for. */
const plain: PageLook = { brandColor: fluentBrand }

/** What these pages have of an app's appearance. */
type PageLook = Partial<Appearance> & Pick<Appearance, 'brandColor'>

const styleOf = ({ brandColor }: PageLook) => `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{box-sizing:border-box;max-width:34rem;padding:2rem 1.25rem;overflow-wrap:anywhere}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
p a{display:inline-block;margin-top:.5rem;padding:.625rem 1.25rem;border-radius:.25rem;background:${brandShades(brandColor).get(fluentBrand)};color:#fff;font-weight:600;text-decoration:none}
a:focus-visible{outline:3px solid Highlight;outline-offset:2px}
small{display:block;margin-top:1.5rem;opacity:.8}`

/** The headers of a page without a script, beside those of every answer. @param css the text of its one style element */
export function headersOfPage(css: string): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(css).digest('base64')
  return {
    // The one style is allowed by its hash; a script, a form or a frame by nothing.
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'content-type': 'text/html; charset=utf-8',
  }
}

type PageHeaders = Readonly<Record<string, string>>

/** By the colour of the app: there is one. */
const headersByColor = new Map<string, PageHeaders>()

/** The headers of the pages of this file. */
export function htmlPageHeaders(look = plain): PageHeaders {
  const known = headersByColor.get(look.brandColor)
  if (known) return known
  const headers = headersOfPage(styleOf(look))
  headersByColor.set(look.brandColor, headers)
  return headers
}

/** Answers with a page, whatever a route's response schema says. */
export function sendHtmlPage(reply: FastifyReply, page: HtmlPage): FastifyReply {
  const { basePath, appearance } = reply.server
  return reply
    .headers(htmlPageHeaders(appearance))
    .serializer((body: unknown) => String(body))
    .send(renderHtmlPage({ requestId: reply.request.id, ...page }, basePath, appearance))
}

/**
 * @param basePath the path of `publicUrl`; empty without one
 * @param look the app's, if it is known
 */
export function renderHtmlPage(
  { title, text, list = [], action, requestId }: HtmlPage,
  basePath: string,
  look = plain,
): string {
  const { name, support = '' } = look
  const help = supportLink(support)
  const items = list.map((item) => `<li>${escapeHtml(item)}</li>`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(name === undefined ? title : `${title} · ${name}`)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${styleOf(look)}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${text.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
${items && `<ul>${items}</ul>`}
<p><a href="${escapeHtml(publicAddress(basePath, action.href))}">${escapeHtml(action.label)}</a></p>
${help === undefined ? '' : `<small>Need help? <a href="${escapeHtml(help)}">${escapeHtml(supportName(support))}</a></small>`}
${requestId === undefined ? '' : `<small>Request id: ${escapeHtml(requestId)}</small>`}
</main></body></html>
`
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
