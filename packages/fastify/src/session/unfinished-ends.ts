/** Ends of sessions that the store could not be told of, and is told of as soon as it answers again. */

const retryEveryMs = 1000
/** About 200 bytes each. Past this the one that waits longest is given up: its session ends by its time. */
const most = 10_000

/**
 * A sign-out, or a call of Entra's, that met a store which did not answer. This process refuses a session
 * that was signed out from then on; the other instances do so when the store has been told. Whatever the
 * store cannot be told before the process ends is lost.
 */
export class UnfinishedEnds {
  readonly #ends = new Map<string, () => Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param name as it was added */
  has(name: string): boolean {
    return this.#ends.has(name)
  }

  /** @param end tells the store; it is tried once a second until it does not fail */
  add(name: string, end: () => Promise<unknown>): void {
    this.#ends.set(name, end)
    for (const first of this.#ends.keys()) {
      if (this.#ends.size <= most) break
      this.#ends.delete(first)
    }
    this.#retryLater()
  }

  /** Tries a last time. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#retry()
  }

  #retryLater(): void {
    if (this.#closed || this.#timer || this.#ends.size === 0) return
    this.#timer = setTimeout(() => void this.#retry(), retryEveryMs).unref()
  }

  /** One after the other, until the store fails again: a store that is back is not met by all of them at once. */
  async #retry(): Promise<void> {
    try {
      for (const [name, end] of this.#ends) {
        await end()
        this.#ends.delete(name)
      }
    } catch {
      // The next look comes in a second.
    }
    this.#timer = undefined
    this.#retryLater()
  }
}
