import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { CallSignal } from '../../src/downstream/http.ts'
import { createTurns, LineFull, type Turns } from '../../src/downstream/fair-queue.ts'
import { ProblemError } from '../../src/errors.ts'

function never(): CallSignal {
  return Object.assign(new EventEmitter(), { reason: undefined })
}

function fire(signal: CallSignal): void {
  signal.reason = new ProblemError('upstream_timeout', 'late')
  signal.emit('abort')
}

const many = { inLine: 1000, inLinePerUser: 1000 }

/** Enters, and writes the name down once it has its turn. */
function enter(turns: Turns, user: string, served: string[], name = user): Promise<void> {
  const turn = turns.enter(user, never())
  if (turn) return turn.then(() => void served.push(name))
  served.push(name)
  return Promise.resolve()
}

/** Lets promises that are settled be heard. */
const heard = () => new Promise((resolve) => setImmediate(resolve))

describe('slots of an API', () => {
  it('are given at once while some are free', () => {
    const turns = createTurns({ atOnce: 3, atOncePerUser: 2, ...many })
    expect(turns.enter('a', never())).toBeUndefined()
    expect(turns.enter('a', never())).toBeUndefined()
    expect(turns.enter('b', never())).toBeUndefined()
    expect(turns.enter('b', never())).toBeInstanceOf(Promise)
  })

  it('are limited for one user, and no other user waits for that', async () => {
    const turns = createTurns({ atOnce: 10, atOncePerUser: 2, ...many })
    const served: string[] = []
    for (let call = 0; call < 100; call += 1) void enter(turns, 'busy', served)
    void enter(turns, 'other', served)
    await heard()
    expect(served).toEqual(['busy', 'busy', 'other'])
    turns.leave('other')
    await heard()
    expect(served).toHaveLength(3)
    turns.leave('busy')
    await heard()
    expect(served).toEqual(['busy', 'busy', 'other', 'busy'])
  })

  it('go round from user to user, and within a user in the order of arrival', async () => {
    const turns = createTurns({ atOnce: 1, atOncePerUser: 1, ...many })
    const served: string[] = []
    void enter(turns, 'first', served)
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) {
      void enter(turns, name[0] ?? '', served, name)
    }
    for (const user of ['first', 'a', 'b', 'c', 'a', 'b', 'a']) {
      turns.leave(user)
      await heard()
    }
    expect(served).toEqual(['first', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  })

  it('pass over a user whose own are all taken, who keeps the place in the queue', async () => {
    const turns = createTurns({ atOnce: 2, atOncePerUser: 1, ...many })
    const served: string[] = []
    for (const name of ['a1', 'b1', 'a2', 'c1']) void enter(turns, name[0] ?? '', served, name)
    turns.leave('b')
    await heard()
    expect(served).toEqual(['a1', 'b1', 'c1'])
    turns.leave('a')
    await heard()
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2'])
  })

  it('are not kept for calls that leave the queue', async () => {
    const turns = createTurns({ atOnce: 1, atOncePerUser: 1, inLine: 2, inLinePerUser: 2 })
    const served: string[] = []
    void enter(turns, 'a', served)
    const signal = never()
    const gone = turns.enter('b', signal)
    const next = enter(turns, 'c', served)
    expect(() => turns.enter('d', never())).toThrow(LineFull)
    fire(signal)
    await expect(gone).rejects.toBe(signal.reason)
    expect(signal.listenerCount('abort')).toBe(0)
    void enter(turns, 'd', served)
    turns.leave('a')
    await next
    expect(served).toEqual(['a', 'c'])
    turns.leave('c')
    await heard()
    expect(served).toEqual(['a', 'c', 'd'])
  })

  it('leave nothing on the abort signal of a call that was served', async () => {
    const turns = createTurns({ atOnce: 1, atOncePerUser: 1, ...many })
    void turns.enter('a', never())
    const signal = never()
    const turn = turns.enter('b', signal)
    turns.leave('a')
    await turn
    expect(signal.listenerCount('abort')).toBe(0)
    fire(signal)
    turns.leave('b')
    expect(turns.enter('c', never())).toBeUndefined()
  })

  it('are not waited for by a call that has already ended', () => {
    const turns = createTurns({ atOnce: 1, atOncePerUser: 1, ...many })
    expect(turns.enter('a', never())).toBeUndefined()
    const signal = never()
    fire(signal)
    expect(() => turns.enter('b', signal)).toThrow(signal.reason)
  })

  it('are refused if the queue is full, one user’s or the whole one', () => {
    const turns = createTurns({ atOnce: 1, atOncePerUser: 1, inLine: 3, inLinePerUser: 2 })
    void turns.enter('a', never())
    void turns.enter('a', never())
    void turns.enter('a', never())
    expect(() => turns.enter('a', never())).toThrow(LineFull)
    void turns.enter('b', never())
    expect(() => turns.enter('b', never())).toThrow(LineFull)
    expect(() => turns.enter('c', never())).toThrow(LineFull)
  })
})
