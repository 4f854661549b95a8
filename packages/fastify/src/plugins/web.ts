/** The built page: hashed assets for ever, the shell never from a cache, nothing else of the disk. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { documentHeaders } from './security-headers.ts'

export interface BuiltWeb {
  root: string
  html: string
  /** Headers of the page itself: its policy names the inline scripts of index.html by hash. */
  headers: Record<string, string>
}

/** Reads `web/dist`; undefined where the page was not built, as in development. */
export function readBuiltWeb(root: string): BuiltWeb | undefined {
  const index = join(root, 'index.html')
  if (!existsSync(index)) return undefined
  const html = readFileSync(index, 'utf8')
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '')
  const scriptHashes = inline.map(
    (script) => `sha256-${createHash('sha256').update(script).digest('base64')}`,
  )
  return { root, html, headers: documentHeaders(scriptHashes) }
}

const byAnyone = { config: { reachedBy: 'anyone' } } as const

export default async function web(
  app: FastifyInstance,
  { built, pages }: { built: BuiltWeb; pages: readonly string[] },
): Promise<void> {
  await app.register(staticFiles, { root: built.root, serve: false, cacheControl: false })

  for (const path of pages) {
    app.get(path, byAnyone, (_request, reply) =>
      sendShell(reply.header('cache-control', 'no-cache'), built),
    )
  }

  const assets = new Set(filesIn(join(built.root, 'assets')))
  app.get<{ Params: { file: string } }>('/assets/:file', byAnyone, (request, reply) => {
    const { file } = request.params
    // Before the header: that a file is not there (yet) must not be remembered for a year.
    if (!assets.has(file)) return reply.callNotFound()
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .sendFile(`assets/${file}`)
  })
  // robots.txt, favicon.svg and the like: exactly the files that the build put there.
  for (const file of filesIn(built.root).filter((name) => name !== 'index.html')) {
    app.get(`/${file}`, byAnyone, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=3600').sendFile(file),
    )
  }
}

/** The page, whatever the address: it looks at that itself. */
export function sendShell(reply: FastifyReply, { html, headers }: BuiltWeb): FastifyReply {
  return reply.headers(headers).type('text/html; charset=utf-8').send(html)
}

/** The names of the files that the build put into a folder. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => entry.name)
}
