/** The built page: `web/dist`, as the build made it. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentHeaders } from './document-headers.ts'

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
