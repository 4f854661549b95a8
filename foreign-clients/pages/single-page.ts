/** Serves a single-page application: a page and the scripts of its client. */

import { readFileSync } from 'node:fs'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { serve, type Application } from '../application.ts'

/**
 * @param pages the markup of pages, by path
 * @param scripts files of this machine, by path
 */
export async function servePage(
  pages: Record<string, string>,
  scripts: Record<string, string>,
): Promise<Application> {
  const texts = new Map(
    Object.entries(scripts).map(([path, file]) => [path, readFileSync(file, 'utf8')]),
  )
  return serve(
    ({ url = '/' }, answer) => {
      const path = new URL(url, 'http://localhost').pathname
      const script = texts.get(path)
      const page = pages[path]
      if (page === undefined && script === undefined) {
        answer.writeHead(404).end()
        return
      }
      const type = script === undefined ? 'text/html' : 'text/javascript'
      answer.writeHead(200, { 'content-type': `${type}; charset=utf-8` })
      answer.end(script ?? `<!doctype html><title>App</title>${page ?? ''}`)
    },
    await freePort(),
  )
}
