/**
 * Serves the built page: hashed assets cached for ever and as the build compressed them, index.html always
 * checked, no other file.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
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
  const files = filesIn(join(root, 'assets')).filter((name) => !/\.(?:br|gz)$/.test(name))
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
  for (const file of filesIn(root).filter((name) => name !== 'index.html')) {
    app.get(`/${file}`, fromAnyone, (_request, reply) =>
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

/** The names of the files in a folder of the build. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => entry.name)
}
