/** What a log line may hold: which route, what came of it, and never an address with its query, a cookie or a token. */
import type { FastifyLoggerOptions, FastifyRequest } from 'fastify'
import type { PinoLoggerOptions } from 'fastify/types/logger.js'

export interface LogStream {
  write(line: string): void
}

/** Options for Fastify's logger (pino): JSON lines with UTC times. */
export function loggerOptions(
  level: string,
  stream?: LogStream,
): FastifyLoggerOptions & PinoLoggerOptions {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        route: request.routeOptions.url,
      }),
      res: ({ statusCode }) => ({ statusCode }),
      err: (error: unknown) => describe(error, 0),
    },
    ...(stream && { stream }),
  }
}

interface Described {
  [key: string]: unknown
  type: string
  message: string
  stack: string
}

/** An error and its causes by type, code and message, without the objects that libraries hang on them. */
function describe(error: unknown, depth: number): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  const facts = error as Error & { code?: unknown; check?: unknown; aadsts?: unknown }
  return {
    type: error.name,
    message: error.message,
    code: facts.code,
    check: facts.check,
    aadsts: facts.aadsts,
    stack: depth === 0 ? (error.stack ?? '') : '',
    cause: error.cause !== undefined && depth < 4 ? describe(error.cause, depth + 1) : undefined,
  }
}
