/** Waiting for a lock that another process holds on the file, without holding up this one. */

/** A request waits for the store at most so long, milliseconds. */
const patienceMs = 2000
/**
 * Pauses between two looks at a locked file, milliseconds: twice as long each time, and never quite the
 * same, so that they do not fall into the rhythm of another process. A look costs microseconds.
 */
const pause = { first: 1, longest: 8 }
/** Waiting statements that run in one go once the lock is free: about 30 µs each. */
const atOnce = 50

interface Waiting {
  until: number
  /** @returns whether the lock is still held, so that it has to wait on */
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
   * Runs `work`, at once if the file is free. Work that finds it locked is run again, the longest waiting
   * first, for two seconds; it changes nothing until it succeeds.
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
      const until = performance.now() + patienceMs
      this.#waiting.push({ until, attempt, giveUp: () => reject(busy) })
      if (this.#waiting.length === 1) this.#lookLater(pause.first)
    })
  }

  /** One look at a time, however many wait: a thousand that each looked would be a load of their own. */
  #lookLater(ms: number): void {
    this.#pauseMs = ms
    setTimeout(() => this.#look(), ms * (0.5 + Math.random()))
  }

  #look(): void {
    const done = this.#runWaiting()
    const now = performance.now()
    while ((this.#waiting[0]?.until ?? Infinity) <= now) this.#waiting.shift()?.giveUp()
    if (this.#waiting.length === 0) return
    this.#lookLater(done > 0 ? pause.first : Math.min(this.#pauseMs * 2, pause.longest))
  }

  /** @returns how many could run */
  #runWaiting(): number {
    for (let done = 0; done < atOnce; done += 1) {
      const [first] = this.#waiting
      if (!first || first.attempt()) return done
      this.#waiting.shift()
    }
    return atOnce
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, in all their extended forms (sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' && ((code & 0xff) === 5 || (code & 0xff) === 6)
}
