import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { FairQueue, QueueFullError } from '../../src/downstream/fair-queue.ts'
import { ProblemError } from '../../src/errors.ts'
import { EndSignal } from '../../src/outgoing/exchange.ts'
import { propertyRuns } from '@gatehouse/test-support/properties'

interface QueuedCall {
  user: string
  signal: EndSignal
  state: 'queued' | 'running' | 'over'
}

const limits = { maxConcurrent: 4, maxConcurrentPerUser: 2, maxQueued: 8, maxQueuedPerUser: 3 }
const users = ['a', 'b', 'c', 'd', 'e']
const step = fc.record({
  what: fc.constantFrom('acquire', 'acquire', 'release', 'abort'),
  user: fc.constantFrom(...users),
  which: fc.nat({ max: 20 }),
})

const flushMicrotasks = () => new Promise((resolve) => setImmediate(resolve))

/** A queue with random calls, and the rules that always hold. */
function modelledQueue() {
  const queue = new FairQueue(limits)
  const calls: QueuedCall[] = []
  const those = (state: QueuedCall['state'], user?: string) =>
    calls.filter((call) => call.state === state && (user ?? call.user) === call.user)

  function acquire(user: string): void {
    const signal = new EndSignal()
    const isFull =
      those('queued').length >= limits.maxQueued ||
      those('queued', user).length >= limits.maxQueuedPerUser
    const call: QueuedCall = { user, signal, state: 'queued' }
    try {
      const turn = queue.acquire(user, signal)
      calls.push(call)
      if (!turn) call.state = 'running'
      turn?.then(
        () => (call.state = 'running'),
        () => (call.state = 'over'),
      )
    } catch (error) {
      expect(error).toBeInstanceOf(QueueFullError)
      expect(isFull).toBe(true)
    }
  }

  return {
    those,
    acquire,
    release: (call: QueuedCall | undefined) => {
      if (!call) return
      call.state = 'over'
      queue.release(call.user)
    },
    abort: (call: QueuedCall | undefined) => {
      if (!call) return
      call.signal.end(new ProblemError('upstream_timeout', 'late'))
    },
    check: () => {
      const runningOf = (user: string) => those('running', user).length
      expect(those('running').length).toBeLessThanOrEqual(limits.maxConcurrent)
      for (const user of users) {
        expect(runningOf(user)).toBeLessThanOrEqual(limits.maxConcurrentPerUser)
        expect(those('queued', user).length).toBeLessThanOrEqual(limits.maxQueuedPerUser)
        // No call waits while its user may have a slot.
        const hasFreeSlot =
          those('running').length < limits.maxConcurrent &&
          runningOf(user) < limits.maxConcurrentPerUser
        expect(hasFreeSlot && those('queued', user).length > 0).toBe(false)
      }
    },
  }
}

it('random calls keep to the limits of the queue, wait only if no slot is free for them, and are never lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const { those, acquire, release, abort, check } = modelledQueue()
      const pick = (calls: QueuedCall[], which: number) => calls[which % Math.max(calls.length, 1)]
      for (const { what, user, which } of steps) {
        if (what === 'acquire') acquire(user)
        else if (what === 'release') release(pick(those('running'), which))
        else abort(pick([...those('queued'), ...those('running')], which))
        await flushMicrotasks()
        check()
      }
      while (those('running').length > 0) {
        release(those('running')[0])
        await flushMicrotasks()
      }
      expect(those('queued')).toEqual([])
      // All slots are free again.
      for (const user of ['a', 'a', 'b', 'b']) acquire(user)
      expect(those('running')).toHaveLength(limits.maxConcurrent)
    }),
    propertyRuns(200),
  )
})
