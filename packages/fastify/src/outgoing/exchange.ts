/**
 * One request whose whole answer is kept in memory. undici's `request` gives each answer as a stream; what is read to
 * its end anyway costs a third less without one.
 */
import { EventEmitter } from 'node:events'
import type { Dispatcher } from 'undici'

/** The answer to one request. */
export interface Exchange {
  status: number
  headers: Dispatcher.ResponseData['headers']
  bytes: Buffer
}

/** Ends a request early. An AbortSignal would do the same at ten times the cost. */
export class EndSignal extends EventEmitter {
  /** Undefined until it ended. */
  reason: Error | undefined = undefined

  /** Its event `abort` ends the request, with the reason. */
  end(reason: Error): void {
    this.reason = reason
    this.emit('abort')
  }
}

export interface ExchangeLimits {
  signal: EndSignal
  /** Of the answer, without its headers. That of the client counts as well. */
  maxBytes?: number
  /** Called when the answer begins. */
  onAnswer?: () => void
}

/** An answer is longer than the limit of its client, or of its request. */
class AnswerTooLargeError extends Error {
  // As undici, which notices the same for bytes that it counts itself.
  readonly code = 'UND_ERR_RES_EXCEEDED_MAX_SIZE'

  constructor() {
    super('The answer is too large')
    this.name = 'AnswerTooLargeError'
  }
}

/** @throws the error of undici or Node; AnswerTooLargeError; the signal's reason */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new Collector(limits, resolve, reject))
  })
}

const none = Buffer.alloc(0)

class Collector implements Dispatcher.DispatchHandler {
  readonly #limits: ExchangeLimits
  readonly #maxBytes: number
  readonly #resolve: (answer: Exchange) => void
  readonly #reject: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: Exchange['headers'] = {}
  #bytes: Buffer = none
  /** Of an answer that comes in several pieces. */
  #pieces: Buffer[] | undefined
  #length = 0

  constructor(
    limits: ExchangeLimits,
    resolve: (answer: Exchange) => void,
    reject: (error: unknown) => void,
  ) {
    this.#limits = limits
    this.#maxBytes = limits.maxBytes ?? Infinity
    this.#resolve = resolve
    this.#reject = reject
    limits.signal.on('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#end(this.#limits.signal.reason ?? new Error('aborted'))

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    const { reason } = this.#limits.signal
    if (reason) controller.abort(reason)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Exchange['headers'],
  ): void {
    // An answer before the answer, such as 103 Early Hints.
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    this.#limits.onAnswer?.()
    if (Number(headers['content-length']) > this.#maxBytes) this.#end(new AnswerTooLargeError())
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length > this.#maxBytes) return this.#end(new AnswerTooLargeError())
    if (this.#length === chunk.length) this.#bytes = chunk
    else (this.#pieces ??= [this.#bytes]).push(chunk)
  }

  onResponseEnd(): void {
    this.#limits.signal.off('abort', this.#onAbort)
    const bytes = this.#pieces ? Buffer.concat(this.#pieces, this.#length) : this.#bytes
    this.#resolve({ status: this.#status, headers: this.#headers, bytes })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  /** Before its time. A request that waits for a connection has no controller yet. */
  #end(error: Error): void {
    this.#fail(error)
    this.#controller?.abort(error)
  }

  #fail(error: Error): void {
    this.#limits.signal.off('abort', this.#onAbort)
    this.#reject(error)
  }
}
