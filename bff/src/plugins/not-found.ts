/** 405 where the address exists for another method, else 404: a problem for programs, the page for people. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ProblemError } from '../problem.ts'
import { sendProblem } from './problems.ts'
import { sendShell, type BuiltWeb } from './web.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods of the routes that match a path; empty where there is none. */
    methodsAt(path: string): string[]
  }
}

export interface NotFoundOptions {
  /** The page, where this process serves it: it says "not found" in the product's own look. */
  built: BuiltWeb | undefined
}

function notFound(app: FastifyInstance, { built }: NotFoundOptions, done: () => void): void {
  const routes: { pattern: RegExp; method: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) routes.push({ pattern: patternOf(url), method: one })
  })
  app.decorate('methodsAt', (path: string) => [
    ...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)),
  ])
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const methods = app.methodsAt(path)
    if (methods.length === 0 && built && isVisit(request, path)) {
      return sendShell(reply.code(404), built)
    }
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendProblem(reply, new ProblemError('not_found', 'There is nothing at this address.'))
    }
    const problem = new ProblemError(
      'method_not_allowed',
      'This address does not take that method.',
    )
    return sendProblem(reply.header('allow', methods.join(', ')), problem)
  })
  done()
}

/** `/api/users/:id/photo` matches one segment for the parameter. */
function patternOf(url: string): RegExp {
  const source = url.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replace(/:[A-Za-z]+/g, '[^/]+')
  return new RegExp(`^${source}$`)
}

/** A person's browser at a mistyped address; a missing file, such as an old asset, is none. */
function isVisit({ method, headers }: FastifyRequest, path: string): boolean {
  const wantsHtml = headers.accept?.includes('text/html') === true
  return (
    method === 'GET' && wantsHtml && !/\.[^/]*$/.test(path) && !/^\/(?:api|auth)(?:\/|$)/.test(path)
  )
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}

export default fp(notFound, { name: 'not-found', dependencies: ['problems'] })
