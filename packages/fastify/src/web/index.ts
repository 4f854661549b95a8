/**
 * Serves the built page: hashed assets cached for ever and as the build compressed them, index.html always
 * checked, no other file.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import { isPagePath } from '@gatehouse/contract/paths'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SendPage } from './page.ts'

export { htmlUnder, readWebBuild, type WebBuild } from './index-html.ts'
export { withConfigured } from './document-headers.ts'
export { createPage, type FirstAnswers, type SendPage } from './page.ts'

/** Load balancers and programs that check links ask with HEAD. */
const fromAnyone = { config: { allowFrom: 'anyone' }, exposeHeadRoute: true } as const

interface WebOptions {
  /** Of the build. */
  root: string
  pages: readonly string[]
  sendPage: SendPage
}

export default async function web(
  app: FastifyInstance,
  { root, pages, sendPage }: WebOptions,
): Promise<void> {
  await app.register(staticFiles, {
    root,
    serve: false,
    cacheControl: false,
    preCompressed: true,
  })

  for (const path of pages) {
    app.get(path, { ...fromAnyone, onRequest: app.signInAutomatically }, sendPage)
    const withSlash = `${path}/`
    if (path !== '/' && !pages.includes(withSlash)) app.get(withSlash, fromAnyone, withoutSlash)
  }

  // A compressed file has no address of its own.
  const files = filesBelow(join(root, 'assets')).filter((name) => !/\.(?:br|gz)$/.test(name))
  const assets = new Set(files)
  app.get<{ Params: { file: string } }>('/assets/:file', fromAnyone, (request, reply) => {
    const { file } = request.params
    // Before the header, so that a missing file is not cached for a year.
    if (!assets.has(file)) return reply.callNotFound()
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .sendFile(`assets/${file}`)
  })
  // robots.txt, .well-known/security.txt and others: exactly the files of the build.
  for (const file of filesBelow(root).filter(isServedByName)) {
    // For the router, one colon begins a parameter, and two are a colon.
    app.get(`/${file.replaceAll(':', '::')}`, fromAnyone, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').sendFile(file),
    )
  }
}

/**
 * A page has one address: `/users/` leads to `/users`. The redirect is relative, because a segment that is a parameter
 * may be anything: behind a single slash, `\evil.example` would be another host for a browser.
 */
function withoutSlash({ url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = '', query] = url.split(/\?(.*)/s)
  const last = path.split('/').at(-2) ?? ''
  return reply.redirect(`../${last}${query === undefined ? '' : `?${query}`}`, 308)
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

/** Not the page itself, the assets, what the API and the sign-in have, and the notes of build tools in hidden folders. */
function isServedByName(file: string): boolean {
  if (file === 'index.html' || /^assets\/[^/]+$/.test(file)) return false
  return isPagePath(`/${file}`) && !/(?:^|\/)\.(?!well-known\/)[^/]*\//.test(file)
}

/** The files in a folder of the build, by their paths in it, with `/` on each system; none if it is not there. */
function filesBelow(root: string, folder = ''): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`
    if (entry.isDirectory()) return filesBelow(root, `${path}/`)
    return entry.isFile() ? [path] : []
  })
}
