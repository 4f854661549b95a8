/** Whether sessions can be read and written, for the readiness check: asked rarely, and its failure is named. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { type Store, StoreError } from '../store/store.ts'

/** The store is asked at most this often, however many ask for the readiness, which anyone may, milliseconds. */
const checkEveryMs = 200
/** How often it is asked when nobody asks for the readiness, as on a machine without a load balancer, milliseconds. */
const watchEveryMs = 60_000
/** After a write that worked, and after one that did not, milliseconds. */
const tryAgainMs = { works: 5_000, fails: 1_000 }

export class StoreReadiness {
  readonly #store: Store
  readonly #log: FastifyBaseLogger
  #checkedAt = -Infinity
  #checking: Promise<string | undefined> | undefined
  #triedAt = -Infinity
  #failure: StoreError | undefined

  constructor(store: Store, log: FastifyBaseLogger) {
    this.#store = store
    this.#log = log
  }

  /**
   * Checks once a minute by itself, so that the log tells of a store that cannot be written: while everybody stays signed in,
   * nothing else does.
   *
   * @returns ends it
   */
  watch(): () => void {
    const check = () => void this.check().catch(() => undefined)
    const timer = setInterval(check, watchEveryMs).unref()
    return () => clearInterval(timer)
  }

  /**
   * A store that is full or read-only still serves the users who are signed in, and all instances share it: taking
   * them all out of service would make it worse. So that is a warning.
   *
   * All who ask within 200 ms get the same answer, at the end of it: no answer is older than its question.
   *
   * @returns the warning, such as `store_full`; undefined if all is well
   * @throws StoreError if the store does not answer, or cannot be read either
   */
  check(): Promise<string | undefined> {
    this.#checking ??= this.#checkInTurn().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  async #checkInTurn(): Promise<string | undefined> {
    const waitMs = this.#checkedAt + checkEveryMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    this.#checkedAt = performance.now()
    await this.#store.ping().catch((error: unknown) => {
      // Redis refuses PING as well while it cannot save, and still answers reads.
      if (!(error instanceof StoreError && error.reason === 'disk')) throw error
    })
    const everyMs = this.#failure ? tryAgainMs.fails : tryAgainMs.works
    if (performance.now() - this.#triedAt >= everyMs) await this.#tryWrite()
    if (!this.#failure) return undefined
    // An id that no session has.
    await this.#store.sessions.read('readiness')
    return `store_${this.#failure.reason ?? 'write'}`
  }

  async #tryWrite(): Promise<void> {
    const before = this.#failure?.reason ?? (this.#failure && 'write')
    try {
      await this.#store.checkWrite()
      this.#failure = undefined
      if (before)
        this.#log.info({ event: 'store_writable' }, 'The session store can be written again')
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      this.#failure = error
      const fields = { event: 'store_not_writable', reason: error.reason, err: error }
      if (before !== (error.reason ?? 'write')) this.#log.error(fields, error.message)
    }
    this.#triedAt = performance.now()
  }
}
