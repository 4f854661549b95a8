/** Waits for a lock that another process holds on the file, without blocking this process. */

/** How long a request waits for the store at most, milliseconds. */
const timeoutMs = 2000
/**
 * Pauses between two attempts on a locked file, milliseconds: twice as long each time, with a random part,
 * so that they do not fall into the rhythm of another process. An attempt costs microseconds.
 */
const pause = { first: 1, longest: 8 }
/** Waiting statements that run in one go once the lock is free: about 30 µs each. */
const batchSize = 50

interface Waiting {
  until: number
  /** @returns whether the lock is still held, so that it has to wait longer */
  attempt(): boolean
  giveUp(): void
}

/**
 * Runs statements on a database that was opened with a busy timeout of zero. SQLite's own busy timeout
 * sleeps in the calling thread, and every request and health check with it.
 */
export class BusyQueue {
  #waiting: Waiting[] = []
  #pauseMs = pause.first

  /**
   * Runs `work`, at once if the file is free. If the file is locked, it is run again for two seconds, the
   * longest waiting first. It changes nothing until it succeeds.
   *
   * @throws what `work` throws; SQLite's "database is locked" when the time is over
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let busy: unknown
      const attempt = () => {
        try {
          resolve(work())
          return false
        } catch (error) {
          busy = error
          if (isBusy(error)) return true
          reject(error)
          return false
        }
      }
      if (!attempt()) return
      const until = performance.now() + timeoutMs
      this.#waiting.push({ until, attempt, giveUp: () => reject(busy) })
      if (this.#waiting.length === 1) this.#retryLater(pause.first)
    })
  }

  /** One attempt for all that wait: a thousand attempts would be a load of their own. */
  #retryLater(ms: number): void {
    this.#pauseMs = ms
    setTimeout(() => this.#retry(), ms * (0.5 + Math.random()))
  }

  #retry(): void {
    const done = this.#runWaiting()
    const now = performance.now()
    while ((this.#waiting[0]?.until ?? Infinity) <= now) this.#waiting.shift()?.giveUp()
    if (this.#waiting.length === 0) return
    this.#retryLater(done > 0 ? pause.first : Math.min(this.#pauseMs * 2, pause.longest))
  }

  /** @returns how many ran */
  #runWaiting(): number {
    for (let done = 0; done < batchSize; done += 1) {
      const [first] = this.#waiting
      if (!first || first.attempt()) return done
      this.#waiting.shift()
    }
    return batchSize
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, in all their extended forms (sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' && ((code & 0xff) === 5 || (code & 0xff) === 6)
}
