/** Refuses requests that two parties could read differently (RFC 9112 §3.2): two Hosts, an address in absolute form. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ProblemError } from '../problem.ts'

function oneMeaning(app: FastifyInstance, _options: object, done: () => void): void {
  // What it expects beyond `100-continue` may be passed over (RFC 9110 §10.1.1); Node would refuse it
  // without any of our headers.
  app.server.on('checkExpectation', (...exchange) => void app.server.emit('request', ...exchange))
  app.addHook('onRequest', (request, _reply, next) => {
    if (isPlain(request)) return next()
    next(new ProblemError('invalid_request', 'The request does not say clearly what it asks for.'))
  })
  done()
}

function isPlain({ raw }: FastifyRequest): boolean {
  // Node keeps the first of two Hosts, and the router drops the host of an absolute address.
  return raw.url?.charCodeAt(0) === slash && hosts(raw.rawHeaders) === 1
}

const slash = 47

/** How many Host headers came: names are at the even places, and few of them have four letters. */
function hosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

export default fp(oneMeaning, { name: 'one-meaning', dependencies: ['security-headers'] })
