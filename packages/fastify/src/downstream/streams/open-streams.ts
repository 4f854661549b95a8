/**
 * The answers of this process that go on after they began: each ends with the session that it belongs to, and
 * with the process.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Why a stream ended before its time. */
export type StreamEnd = 'session_ended' | 'shutdown'

interface OpenStream {
  request: FastifyRequest
  end: (why: StreamEnd) => void
  /** Whether it waits for the session store. */
  asking: boolean
  /** Whether it ends as soon as the process does, and not at the end of the time to drain. */
  endless: boolean
}

/** A session that ended is noticed within this time. A look into memory takes a microsecond. */
const checkEveryMs = 1_000

export class OpenStreams {
  readonly #open = new Set<OpenStream>()
  #timer: NodeJS.Timeout | undefined
  #closing = false

  /** @param drainMs how long a file may take once the process ends */
  constructor(app: FastifyInstance, drainMs: number) {
    app.addHook('preClose', async () => {
      this.#closing = true
      this.#endAll(({ endless }) => endless)
      // The process may have no other timer left.
      setTimeout(() => this.#endAll(() => true), drainMs).unref()
    })
  }

  /**
   * Watches the session of a request.
   *
   * @param end called once if the session or the process ends, and also if the session cannot be looked up
   * @returns a function that ends the watch
   */
  watch(
    request: FastifyRequest,
    end: (why: StreamEnd) => void,
    { endless }: { endless: boolean },
  ): () => void {
    const stream: OpenStream = { request, end, asking: false, endless }
    this.#open.add(stream)
    this.#timer ??= setInterval(() => this.#check(), checkEveryMs).unref()
    // On a connection that was open before the end.
    if (endless && this.#closing) setImmediate(() => this.#finish(stream, 'shutdown'))
    return () => this.#forget(stream)
  }

  #check(): void {
    for (const stream of this.#open) {
      if (stream.asking) continue
      stream.asking = true
      stream.request.sessionIsLive().then(
        (isLive) => {
          stream.asking = false
          if (!isLive) this.#finish(stream, 'session_ended')
        },
        // The store fails for longer than copies in memory count.
        () => this.#finish(stream, 'session_ended'),
      )
    }
  }

  #endAll(which: (stream: OpenStream) => boolean): void {
    for (const stream of this.#open) if (which(stream)) this.#finish(stream, 'shutdown')
  }

  #finish(stream: OpenStream, why: StreamEnd): void {
    if (!this.#open.has(stream)) return
    this.#forget(stream)
    stream.end(why)
  }

  #forget(stream: OpenStream): void {
    this.#open.delete(stream)
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
