/** Ends of sessions that the store could not be told of, and is told of as soon as it answers again. */
import type { SessionStore } from '../store/store.ts'

const retryEveryMs = 1000
/** About 100 bytes each. Past this the one that waits longest is given up: its session ends by its time. */
const most = 10_000

/**
 * A sign-out that met a store which did not answer. This process refuses the session from then on; the
 * other instances do so when the store has been told. Whatever is left when the process ends is lost.
 */
export class UnfinishedEnds {
  readonly #store: Pick<SessionStore, 'remove'>
  readonly #ids = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(store: Pick<SessionStore, 'remove'>) {
    this.#store = store
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  add(id: string): void {
    this.#ids.add(id)
    for (const first of this.#ids) {
      if (this.#ids.size <= most) break
      this.#ids.delete(first)
    }
    this.#retryLater()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #retryLater(): void {
    if (this.#closed || this.#timer || this.#ids.size === 0) return
    this.#timer = setTimeout(() => void this.#retry(), retryEveryMs).unref()
  }

  /** One after the other, until the store fails again: a store that is back is not met by all of them at once. */
  async #retry(): Promise<void> {
    try {
      for (const id of this.#ids) {
        await this.#store.remove(id)
        this.#ids.delete(id)
      }
    } catch {
      // The next look comes in a second.
    }
    this.#timer = undefined
    this.#retryLater()
  }
}
