/** Ends of sessions that the store does not know of yet: it is told as soon as it answers again. */

const retryEveryMs = 1000
/** About 200 bytes each. Beyond, the oldest is given up, and its session ends by its time. */
const maxWaiting = 10_000

/**
 * Keeps sign-outs and calls from Entra that came while the store did not answer. This process refuses a
 * session that was signed out from then on; the other instances do so once the store knows. An end that the
 * store does not know of when the process ends is lost.
 */
export class UnfinishedEnds {
  readonly #ends = new Map<string, () => Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param name as it was added */
  has(name: string): boolean {
    return this.#ends.has(name)
  }

  /** @param end tells the store. It is tried once a second until it succeeds */
  add(name: string, end: () => Promise<unknown>): void {
    this.#ends.set(name, end)
    for (const first of this.#ends.keys()) {
      if (this.#ends.size <= maxWaiting) break
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

  /** One after the other, until the store fails again: a store that has just come back is not flooded. */
  async #retry(): Promise<void> {
    for (const [name, end] of this.#ends) {
      const isTold = await end().then(
        () => true,
        () => false,
      )
      this.#ends.delete(name)
      if (isTold) continue
      // Behind the others: a part of a cluster may stay lost, and the rest is told in a second.
      this.#ends.set(name, end)
      break
    }
    this.#timer = undefined
    this.#retryLater()
  }
}
