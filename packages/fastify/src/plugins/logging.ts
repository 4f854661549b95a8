/** Logger options: a log line holds the route and the outcome, and never a query, a cookie or a token. */
import { randomBytes } from 'node:crypto'
import { write, writeSync } from 'node:fs'
import type { FastifyBaseLogger, FastifyLoggerOptions, FastifyRequest } from 'fastify'
import type { PinoLoggerOptions } from 'fastify/types/logger.js'
import { isObject } from '../json.ts'
import { currentTrace } from '../telemetry/trace.ts'

export interface LogStream {
  write(line: string): void
}

/** Characters that wait while standard output takes none, such as a pipe that is not read. */
const maxWaiting = 16 * 1024 * 1024
/** How long a pipe that is full is left alone, milliseconds. */
const tryAgainMs = 100

/**
 * Standard output that may fail. pino's own ends the process if the disk under a log file is full, and at the exit it
 * tries the same bytes for ever: the process neither serves nor ends. Here the lines are lost, and the app serves on.
 */
class StandardOutput implements LogStream {
  #waiting = ''
  #isWriting = false
  #isFailing = false
  /** A line was cut off, and the next one must not go on behind its first part. */
  #isTorn = false

  constructor() {
    process.on('exit', () => this.#writeRest())
  }

  write(line: string): void {
    if (this.#waiting.length > maxWaiting) return
    this.#waiting += line
    if (!this.#isWriting) this.#writeWaiting()
  }

  #writeWaiting(): void {
    const bytes = this.#take()
    this.#isWriting = bytes.length > 0
    if (this.#isWriting) this.#writeBytes(bytes)
  }

  #take(): Buffer {
    const text = this.#waiting
    this.#waiting = ''
    return Buffer.from(this.#isTorn && text !== '' ? `\n${text}` : text)
  }

  #writeBytes(bytes: Buffer): void {
    write(1, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#writeBytes(bytes), tryAgainMs)
      } else if (error) {
        this.#onFailure(error)
        this.#writeWaiting()
      } else {
        this.#isFailing = false
        const rest = bytes.subarray(written)
        this.#isTorn = rest.length > 0
        if (this.#isTorn) this.#writeBytes(rest)
        else this.#writeWaiting()
      }
    })
  }

  /** Once for each time: standard error may be the same disk. */
  #onFailure({ code = 'no code' }: NodeJS.ErrnoException): void {
    const isTold = this.#isFailing || code === 'EPIPE'
    this.#isFailing = true
    if (isTold) return
    try {
      writeSync(2, `The log cannot be written (${code}), and its lines are lost until it can.\n`)
    } catch {
      // There is nowhere else to say it.
    }
  }

  /** What came since the last write. A process has to end, so a pipe that is full gets a second. */
  #writeRest(): void {
    let bytes = this.#take()
    let waits = 0
    while (bytes.length > 0 && waits < 10) {
      try {
        bytes = bytes.subarray(writeSync(1, bytes))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
        waits += 1
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tryAgainMs)
      }
    }
  }
}

let standardOutput: StandardOutput | undefined

/** Options for Fastify's logger (pino): JSON lines with UTC times. @param stream default: standard output */
export function loggerOptions(
  level: string,
  stream: LogStream = (standardOutput ??= new StandardOutput()),
): FastifyLoggerOptions & PinoLoggerOptions {
  return {
    level,
    base: null,
    // Also for lines of the session and of Entra's client, which have no request's logger.
    mixin: traceField,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        route: request.routeOptions.url,
      }),
      res: ({ statusCode }) => ({ statusCode }),
      err: (error: unknown) => describe(error, 0),
    },
    stream,
  }
}

/** The name is OpenTelemetry's for logs; `traceId` is Entra's own. */
function traceField(): object {
  const trace = currentTrace()
  return trace === undefined ? {} : { trace_id: trace.traceId }
}

interface Described {
  [key: string]: unknown
  type: string
  message: string
  stack: string
}

/** The members of an error that are logged beside its message: words and numbers. */
const facts = [
  'code',
  'check',
  'oauthError',
  'suberror',
  'aadsts',
  'httpStatus',
  'traceId',
  'correlationId',
  'retryAfterS',
  'apiRequestId',
] as const

/** Libraries put any members on errors. */
type Members = Error & Readonly<Record<string, unknown>>

/** An error and its causes by type, message and facts, without the objects that libraries put on them. */
function describe(error: unknown, depth: number): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  const members = error as Members
  const type = String(wordOf(error.name) ?? 'Error')
  const message = messageOf(members)
  return {
    type,
    message,
    ...Object.fromEntries(facts.map((name) => [name, wordOf(members[name])])),
    network: networkOf(members),
    stack: depth === 0 ? `${type}: ${message}${framesOf(error)}` : '',
    cause: error.cause !== undefined && depth < 4 ? describe(error.cause, depth + 1) : undefined,
  }
}

/** Why there was no answer, such as `dns` or `tls`. */
function networkOf({ network }: Members): string | number | undefined {
  return isObject(network) ? wordOf(network['kind']) : undefined
}

function wordOf(value: unknown): string | number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : undefined
}

/** Members in which an error of a library carries the answer that it got. */
const answers = ['errorCode', 'errorMessage', 'body', 'data', 'response']

/**
 * The message, unless it may quote an answer of Entra or of an API, which holds names and addresses of
 * people. Parsers (SyntaxError), jose (`ERR_J…`) and MSAL quote what they read; type, code and stack say
 * enough about these. Node ends its sentences about an argument with the value.
 */
function messageOf(error: Members): string {
  const code = String(error['code'])
  const quotes =
    error instanceof SyntaxError ||
    code.startsWith('ERR_J') ||
    answers.some((name) => name in error)
  if (quotes) return ''
  const message = error.message.replace(redisArguments, '').replace(serialized, 'A value ')
  return code.startsWith('ERR_') ? message.replace(/\.? Received [^]*$/, '') : message
}

/** Redis repeats a command that it does not know: HELLO and AUTH have the password, others a session's record. */
const redisArguments = /[,.]? with args beginning with: [^]*$/i
/** Fastify's serializer repeats the value in an answer that has another type than its schema says. */
const serialized = /^The value "[^]*" (?=cannot be converted to )/

/** The stack without its first part, which repeats the message. */
function framesOf({ message, stack = '' }: Error): string {
  const behind = stack.slice(Math.max(stack.indexOf(message), 0) + message.length)
  const first = behind.indexOf('\n    at ')
  return first < 0 ? '' : behind.slice(first)
}

/**
 * Ids of requests in the log, in problem bodies and on the sign-in problem page: unique across processes
 * by a random part, and within one by a counter. They are no secret.
 */
export function createRequestIds(): () => string {
  const process = randomBytes(9).toString('base64url')
  let count = 0
  return () => {
    count += 1
    return `${process}-${count.toString(36)}`
  }
}

/**
 * A logger for a request that usually logs nothing. Making it takes a sixth of the time of pino's child
 * logger, which is a twentieth of what `/api/me` costs.
 */
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

/** Fastify's `childLoggerFactory`: makes pino's child logger when the first line is written. */
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
