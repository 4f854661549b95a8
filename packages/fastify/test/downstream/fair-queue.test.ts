import { describe, expect, it } from 'vitest'
import { FairQueue, QueueFullError } from '../../src/downstream/fair-queue.ts'
import { ProblemError } from '../../src/errors.ts'
import { EndSignal } from '../../src/outgoing/exchange.ts'

function abort(signal: EndSignal): void {
  signal.end(new ProblemError('upstream_timeout', 'late'))
}

const many = { maxQueued: 1000, maxQueuedPerUser: 1000 }

/** Acquires a slot, and notes the name when it has one. */
function acquire(queue: FairQueue, user: string, served: string[], name = user): Promise<void> {
  const slot = queue.acquire(user, new EndSignal())
  if (slot) return slot.then(() => void served.push(name))
  served.push(name)
  return Promise.resolve()
}

/** Runs the callbacks of settled promises. */
const flushMicrotasks = () => new Promise((resolve) => setImmediate(resolve))

describe('slots of an API', () => {
  it('are given at once while some are free', () => {
    const queue = new FairQueue({ maxConcurrent: 3, maxConcurrentPerUser: 2, ...many })
    expect(queue.acquire('a', new EndSignal())).toBeUndefined()
    expect(queue.acquire('a', new EndSignal())).toBeUndefined()
    expect(queue.acquire('b', new EndSignal())).toBeUndefined()
    expect(queue.acquire('b', new EndSignal())).toBeInstanceOf(Promise)
  })

  it('are limited for one user, and no other user waits for that', async () => {
    const queue = new FairQueue({ maxConcurrent: 10, maxConcurrentPerUser: 2, ...many })
    const served: string[] = []
    for (let call = 0; call < 100; call += 1) void acquire(queue, 'busy', served)
    void acquire(queue, 'other', served)
    await flushMicrotasks()
    expect(served).toEqual(['busy', 'busy', 'other'])
    queue.release('other')
    await flushMicrotasks()
    expect(served).toHaveLength(3)
    queue.release('busy')
    await flushMicrotasks()
    expect(served).toEqual(['busy', 'busy', 'other', 'busy'])
  })

  it('that one user gives back are as many as that user may take again', () => {
    const queue = new FairQueue({ maxConcurrent: 10, maxConcurrentPerUser: 3, ...many })
    for (let call = 0; call < 3; call += 1) void queue.acquire('a', new EndSignal())
    queue.release('a')
    expect(queue.acquire('a', new EndSignal())).toBeUndefined()
    expect(queue.acquire('a', new EndSignal())).toBeInstanceOf(Promise)
  })

  it('go round from user to user, and within a user in the order of arrival', async () => {
    const queue = new FairQueue({ maxConcurrent: 1, maxConcurrentPerUser: 1, ...many })
    const served: string[] = []
    void acquire(queue, 'first', served)
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) {
      void acquire(queue, name[0] ?? '', served, name)
    }
    for (const user of ['first', 'a', 'b', 'c', 'a', 'b', 'a']) {
      queue.release(user)
      await flushMicrotasks()
    }
    expect(served).toEqual(['first', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  })

  it('skip a user whose own slots are all taken, who keeps the place in the queue', async () => {
    const queue = new FairQueue({ maxConcurrent: 2, maxConcurrentPerUser: 1, ...many })
    const served: string[] = []
    for (const name of ['a1', 'b1', 'a2', 'c1']) void acquire(queue, name[0] ?? '', served, name)
    queue.release('b')
    await flushMicrotasks()
    expect(served).toEqual(['a1', 'b1', 'c1'])
    queue.release('a')
    await flushMicrotasks()
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2'])
  })

  it('are not kept for calls that leave the queue', async () => {
    const queue = new FairQueue({
      maxConcurrent: 1,
      maxConcurrentPerUser: 1,
      maxQueued: 2,
      maxQueuedPerUser: 2,
    })
    const served: string[] = []
    void acquire(queue, 'a', served)
    const signal = new EndSignal()
    const aborted = queue.acquire('b', signal)
    const next = acquire(queue, 'c', served)
    expect(() => queue.acquire('d', new EndSignal())).toThrow(QueueFullError)
    abort(signal)
    await expect(aborted).rejects.toBe(signal.reason)
    expect(signal.listenerCount('abort')).toBe(0)
    void acquire(queue, 'd', served)
    queue.release('a')
    await next
    expect(served).toEqual(['a', 'c'])
    queue.release('c')
    await flushMicrotasks()
    expect(served).toEqual(['a', 'c', 'd'])
  })

  it('leave nothing on the abort signal of a call that was served', async () => {
    const queue = new FairQueue({ maxConcurrent: 1, maxConcurrentPerUser: 1, ...many })
    void queue.acquire('a', new EndSignal())
    const signal = new EndSignal()
    const slot = queue.acquire('b', signal)
    queue.release('a')
    await slot
    expect(signal.listenerCount('abort')).toBe(0)
    abort(signal)
    queue.release('b')
    expect(queue.acquire('c', new EndSignal())).toBeUndefined()
  })

  it('are not waited for by a call that has already ended', () => {
    const queue = new FairQueue({ maxConcurrent: 1, maxConcurrentPerUser: 1, ...many })
    expect(queue.acquire('a', new EndSignal())).toBeUndefined()
    const signal = new EndSignal()
    abort(signal)
    expect(() => queue.acquire('b', signal)).toThrow(signal.reason)
  })

  it('are refused if the queue is full, one user’s or the whole one', () => {
    const queue = new FairQueue({
      maxConcurrent: 1,
      maxConcurrentPerUser: 1,
      maxQueued: 3,
      maxQueuedPerUser: 2,
    })
    void queue.acquire('a', new EndSignal())
    void queue.acquire('a', new EndSignal())
    void queue.acquire('a', new EndSignal())
    expect(() => queue.acquire('a', new EndSignal())).toThrow(QueueFullError)
    void queue.acquire('b', new EndSignal())
    expect(() => queue.acquire('b', new EndSignal())).toThrow(QueueFullError)
    expect(() => queue.acquire('c', new EndSignal())).toThrow(QueueFullError)
  })
})
