/**
 * Limits the calls to one API: in all, and for one user. What does not fit waits, in one queue per
 * user, and the queues are served in turn, so that a user with many calls delays no other user.
 */
import type { EndSignal } from '../outgoing/index.ts'

interface QueueLimits {
  /** Calls to the API at the same time. */
  maxConcurrent: number
  maxConcurrentPerUser: number
  /** Calls that wait; more are refused. */
  maxQueued: number
  maxQueuedPerUser: number
}

/** The queue has as many waiting calls as it takes. */
export class QueueFullError extends Error {
  constructor() {
    super('Too many calls to this API are queued')
    this.name = 'QueueFullError'
  }
}

export class FairQueue {
  readonly #limits: QueueLimits
  readonly #toError: (full: QueueFullError) => Error
  readonly #running = new Map<string, number>()
  /** Each user's waiting calls. The map's order is the order in which users are served next. */
  readonly #queues = new Map<string, Set<() => void>>()
  #totalRunning = 0
  #totalQueued = 0

  /** @param toError what `acquire` throws if the queue is full */
  constructor(limits: QueueLimits, toError: (full: QueueFullError) => Error = (full) => full) {
    this.#limits = limits
    this.#toError = toError
  }

  /**
   * Takes a slot for one call; `release` gives it back. Nearly always one is free.
   *
   * @param signal its event `abort` ends the wait, with its `reason`
   * @returns undefined if a slot was free, else a promise of the next one
   * @throws the error for a full queue, and the signal's reason
   */
  acquire(user: string, signal: EndSignal): Promise<void> | undefined {
    // An emitter that has fired already would never end the wait.
    if (signal.reason) throw signal.reason
    if (!this.#hasSlot(user)) return this.#wait(user, signal)
    this.#start(user)
    return undefined
  }

  /** How many calls wait. */
  get length(): number {
    return this.#totalQueued
  }

  release(user: string): void {
    this.#totalRunning -= 1
    const left = (this.#running.get(user) ?? 1) - 1
    if (left > 0) this.#running.set(user, left)
    else this.#running.delete(user)
    this.#serveNext()
  }

  #hasSlot(user: string): boolean {
    const { maxConcurrent, maxConcurrentPerUser } = this.#limits
    return (
      this.#totalRunning < maxConcurrent && (this.#running.get(user) ?? 0) < maxConcurrentPerUser
    )
  }

  #start(user: string): void {
    this.#totalRunning += 1
    this.#running.set(user, (this.#running.get(user) ?? 0) + 1)
  }

  #wait(user: string, signal: EndSignal): Promise<void> {
    const { maxQueued, maxQueuedPerUser } = this.#limits
    const queue = this.#queues.get(user) ?? new Set()
    if (this.#totalQueued >= maxQueued || queue.size >= maxQueuedPerUser) {
      throw this.#toError(new QueueFullError())
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#dequeue(user, onSlot)
        reject(signal.reason ?? new QueueFullError())
      }
      const onSlot = () => {
        signal.off('abort', onAbort)
        this.#dequeue(user, onSlot)
        this.#start(user)
        resolve()
      }
      signal.once('abort', onAbort)
      queue.add(onSlot)
      this.#queues.set(user, queue)
      this.#totalQueued += 1
    })
  }

  #dequeue(user: string, waiter: () => void): void {
    const queue = this.#queues.get(user)
    if (!queue?.delete(waiter)) return
    this.#totalQueued -= 1
    if (queue.size === 0) this.#queues.delete(user)
  }

  /** Serves the first user in turn who may have another slot, and moves that user to the end. */
  #serveNext(): void {
    for (const [user, queue] of this.#queues) {
      if (this.#totalRunning >= this.#limits.maxConcurrent) return
      const [first] = queue
      if (!first || !this.#hasSlot(user)) continue
      this.#queues.delete(user)
      this.#queues.set(user, queue)
      first()
      return
    }
  }
}
