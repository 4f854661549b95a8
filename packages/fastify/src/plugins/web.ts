/**
 * Serves the built page: hashed assets cached for ever and as the build compressed them, index.html always
 * checked, no other file.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { documentHeaders } from './security-headers.ts'

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

const fromAnyone = { config: { allowFrom: 'anyone' } } as const

export default async function web(
  app: FastifyInstance,
  { webBuild, pages }: { webBuild: WebBuild; pages: readonly string[] },
): Promise<void> {
  await app.register(staticFiles, {
    root: webBuild.root,
    serve: false,
    cacheControl: false,
    preCompressed: true,
  })

  for (const path of pages) {
    app.get(path, { ...fromAnyone, onRequest: app.signInAutomatically }, (_request, reply) =>
      sendIndexHtml(reply.header('cache-control', 'no-cache'), webBuild),
    )
  }

  // A compressed file has no address of its own.
  const files = filesIn(join(webBuild.root, 'assets')).filter((name) => !/\.(?:br|gz)$/.test(name))
  const assets = new Set(files)
  app.get<{ Params: { file: string } }>('/assets/:file', fromAnyone, (request, reply) => {
    const { file } = request.params
    // Before the header, so that a missing file is not cached for a year.
    if (!assets.has(file)) return reply.callNotFound()
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .sendFile(`assets/${file}`)
  })
  // robots.txt, logo.svg and others: exactly the files of the build.
  for (const file of filesIn(webBuild.root).filter((name) => name !== 'index.html')) {
    app.get(`/${file}`, fromAnyone, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').sendFile(file),
    )
  }
}

/**
 * In development Vite serves the pages, and asks here about each one that a person opens whether it leads
 * to a silent sign-in: 303, or 204 for no.
 */
export async function pagesServedElsewhere(
  app: FastifyInstance,
  { pages }: { pages: readonly string[] },
): Promise<void> {
  for (const path of pages) {
    app.get(path, { ...fromAnyone, onRequest: app.signInAutomatically }, (_request, reply) =>
      reply.code(204).send(),
    )
  }
}

/** Answers any path with the page, which has its own router. */
export function sendIndexHtml(reply: FastifyReply, { html, headers }: WebBuild): FastifyReply {
  return reply.headers(headers).type('text/html; charset=utf-8').send(html)
}

/** The names of the files in a folder of the build. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => entry.name)
}
