import { EventEmitter } from 'node:events'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CallSignal } from '../../src/downstream/http.ts'
import { FairQueue, QueueFullError } from '../../src/downstream/fair-queue.ts'
import { ProblemError } from '../../src/errors.ts'
import { propertyRuns } from '@gatehouse/test-support/property-runs'

interface Visit {
  user: string
  signal: CallSignal
  state: 'in line' | 'under way' | 'over'
}

const limits = { maxConcurrent: 4, maxConcurrentPerUser: 2, maxQueued: 8, maxQueuedPerUser: 3 }
const users = ['a', 'b', 'c', 'd', 'e']
const step = fc.record({
  what: fc.constantFrom('enter', 'enter', 'leave', 'abort'),
  user: fc.constantFrom(...users),
  which: fc.nat({ max: 20 }),
})

const flushMicrotasks = () => new Promise((resolve) => setImmediate(resolve))

/** A room with visits, and what has to be true of it whatever they do. */
function room() {
  const queue = new FairQueue(limits)
  const visits: Visit[] = []
  const those = (state: Visit['state'], user?: string) =>
    visits.filter((visit) => visit.state === state && (user ?? visit.user) === visit.user)

  function enter(user: string): void {
    const signal: CallSignal = Object.assign(new EventEmitter(), { reason: undefined })
    const isFull =
      those('in line').length >= limits.maxQueued ||
      those('in line', user).length >= limits.maxQueuedPerUser
    const visit: Visit = { user, signal, state: 'in line' }
    try {
      const turn = queue.acquire(user, signal)
      visits.push(visit)
      if (!turn) visit.state = 'under way'
      turn?.then(
        () => (visit.state = 'under way'),
        () => (visit.state = 'over'),
      )
    } catch (error) {
      expect(error).toBeInstanceOf(QueueFullError)
      expect(isFull).toBe(true)
    }
  }

  return {
    those,
    enter,
    leave: (visit: Visit | undefined) => {
      if (!visit) return
      visit.state = 'over'
      queue.release(visit.user)
    },
    abort: (visit: Visit | undefined) => {
      if (!visit) return
      visit.signal.reason = new ProblemError('upstream_timeout', 'late')
      visit.signal.emit('abort')
    },
    check: () => {
      const underWay = (user: string) => those('under way', user).length
      expect(those('under way').length).toBeLessThanOrEqual(limits.maxConcurrent)
      for (const user of users) {
        expect(underWay(user)).toBeLessThanOrEqual(limits.maxConcurrentPerUser)
        expect(those('in line', user).length).toBeLessThanOrEqual(limits.maxQueuedPerUser)
        // Nobody waits for whom there is room.
        const hasRoom =
          those('under way').length < limits.maxConcurrent &&
          underWay(user) < limits.maxConcurrentPerUser
        expect(hasRoom && those('in line', user).length > 0).toBe(false)
      }
    },
  }
}

it('whatever calls do, queue keep to their limits, nobody waits for nothing, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const { those, enter, leave, abort, check } = room()
      const pick = (visits: Visit[], which: number) => visits[which % Math.max(visits.length, 1)]
      for (const { what, user, which } of steps) {
        if (what === 'enter') enter(user)
        else if (what === 'leave') leave(pick(those('under way'), which))
        else abort(pick([...those('in line'), ...those('under way')], which))
        await flushMicrotasks()
        check()
      }
      while (those('under way').length > 0) {
        leave(those('under way')[0])
        await flushMicrotasks()
      }
      expect(those('in line')).toEqual([])
      // All queue are there again.
      for (const user of ['a', 'a', 'b', 'b']) enter(user)
      expect(those('under way')).toHaveLength(limits.maxConcurrent)
    }),
    propertyRuns(200),
  )
})
