/**
 * The built index.html: read, put under the app's path, and divided where answers of the API go in, which the page then need
 * not ask for.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersElement, sessionElement } from '@gatehouse/contract/paths'
import { documentHeaders } from './document-headers.ts'
import { type FixedText, fixedText } from './gzip.ts'

export interface WebBuild {
  root: string
  html: string
  /** Headers of the page: its policy names the inline scripts of index.html by hash. */
  headers: Record<string, string>
}

/** Reads `web/dist`; undefined if the page was not built, as in development. */
export function readWebBuild(root: string): WebBuild | undefined {
  const index = join(root, 'index.html')
  if (!existsSync(index)) return undefined
  const html = readFileSync(index, 'utf8')
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '')
  const scriptHashes = inline.map(
    (script) => `sha256-${createHash('sha256').update(script).digest('base64')}`,
  )
  return { root, html, headers: documentHeaders(scriptHashes) }
}

/**
 * index.html for an app under a path: the addresses in it begin with the path, and the page's scripts find the path at
 * the root element. Scripts inside of it stay as they are, because the policy names them by hash. All other files of
 * the build name each other relatively.
 */
export function htmlUnder(basePath: string, html: string): string {
  if (basePath === '') return html
  return html
    .replace('<html', `<html data-base-path="${basePath}"`)
    .replaceAll(
      /<script>[^]*?<\/script>|(\s(?:src|href)=")(?=\/(?!\/))/g,
      (found, attribute?: string) => (attribute === undefined ? found : attribute + basePath),
    )
}

const places = [sessionElement, answersElement] as const

/** An answer of the API, as the page would get it. */
interface EmbeddedAnswer {
  status: number
  /** In seconds. */
  retryAfter: string | undefined
  /** JSON text. */
  body: string
}

/** A page in the parts around the two places. */
export interface PageTemplate {
  beforeSession: FixedText
  beforeAnswers: FixedText
  end: FixedText
}

/** @returns undefined for an index.html without the two elements: its page asks for everything itself */
export function pageTemplate(html: string): PageTemplate | undefined {
  const [session, answers] = places.map((id) => endOfTag(html, id))
  if (session === undefined || answers === undefined || answers < session) return undefined
  return {
    beforeSession: fixedText(html.slice(0, session).replace(sessionPreload, '')),
    beforeAnswers: fixedText(html.slice(session, answers)),
    end: fixedText(html.slice(answers)),
  }
}

/** For a page that comes without the answer. */
const sessionPreload = /\s*<link rel="preload" href="[^"]*\/api\/session"[^>]*>/

function endOfTag(html: string, id: string): number | undefined {
  const tag = new RegExp(`<script id="${id}" type="application/json">(?=</script>)`).exec(html)
  return tag ? tag.index + tag[0].length : undefined
}

/**
 * JSON for a data block of HTML: a script that is not JavaScript, so no policy has to allow it. `<` could end the block
 * or begin a comment in it (HTML Living Standard §4.12.1.3).
 *
 * @param answers by the address that the page asks
 */
export function asDataBlock(answers: Readonly<Record<string, EmbeddedAnswer>>): string {
  const members = Object.entries(answers).map(([address, { status, retryAfter, body }]) => {
    const wait = retryAfter === undefined ? '' : `"retryAfter":${JSON.stringify(retryAfter)},`
    return `${JSON.stringify(address)}:{"status":${status},${wait}"body":${body}}`
  })
  return `{${members.join(',')}}`
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
}
