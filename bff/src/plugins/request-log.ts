/** A request's id and its logger, both made so that a request that logs nothing pays nothing. */
import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'

/**
 * Ids that name a request in the log, on problem bodies and on the sign-in problem page: unique
 * across processes by a random part, and within one by counting. They protect nothing.
 */
export function createRequestIds(): () => string {
  const process = randomBytes(9).toString('base64url')
  let count = 0
  return () => {
    count += 1
    return `${process}-${count.toString(36)}`
  }
}

interface LazyLogger extends FastifyBaseLogger {
  parent: FastifyBaseLogger
  made: FastifyBaseLogger | undefined
  bindings: Record<string, unknown>
  options: object | undefined
}

const methods = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

const lazyMethods = Object.fromEntries(
  methods.map((method) => [
    method,
    function (this: LazyLogger, ...line: Parameters<FastifyBaseLogger['info']>) {
      child(this)[method](...line)
    },
  ]),
)

const prototype = {
  ...lazyMethods,
  get level(): string {
    return (this as unknown as LazyLogger).parent.level
  },
  silent: () => undefined,
  child(this: LazyLogger, ...of: Parameters<FastifyBaseLogger['child']>) {
    return child(this).child(...of)
  },
}

/** Fastify's `childLoggerFactory`: pino makes the child, with the request's id, when the first line is written. */
export function lazyChildLogger(
  parent: FastifyBaseLogger,
  bindings: Record<string, unknown>,
  options: object,
): FastifyBaseLogger {
  const lazy = Object.create(prototype) as LazyLogger
  lazy.parent = parent
  lazy.made = undefined
  lazy.bindings = bindings
  lazy.options = options
  return lazy
}

function child(lazy: LazyLogger): FastifyBaseLogger {
  lazy.made ??= lazy.parent.child(lazy.bindings, lazy.options)
  return lazy.made
}
