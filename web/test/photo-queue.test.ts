import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PhotoQueue, type QueuedPhoto } from '../src/ui/photo-queue.ts'

const timeLimitMs = 10_000

/** Photos by number, what happened to them, and the end of one. */
function photos(count: number) {
  const started: number[] = []
  const stopped: number[] = []
  const list = Array.from({ length: count }, (_, number): QueuedPhoto => {
    return { start: () => void started.push(number), stop: () => void stopped.push(number) }
  })
  const one = (number: number) => {
    const photo = list[number]
    if (!photo) throw new Error(`There is no photo ${number}.`)
    return photo
  }
  return { list, one, started, stopped }
}

let queue = new PhotoQueue()

beforeEach(() => {
  vi.useFakeTimers()
  queue = new PhotoQueue()
})
afterEach(() => {
  vi.useRealTimers()
})

test('two photos load at once, and each that ends lets the next one start, in order', () => {
  const { list, one, started } = photos(5)
  for (const photo of list) queue.join(photo)
  expect(started).toEqual([0, 1])
  queue.leave(one(1))
  expect(started).toEqual([0, 1, 2])
  for (const number of [0, 2, 3]) queue.leave(one(number))
  expect(started).toEqual([0, 1, 2, 3, 4])
})

test('a photo that leaves before its turn never starts', () => {
  const { list, one, started } = photos(4)
  for (const photo of list) queue.join(photo)
  queue.leave(one(2))
  expect(started).toEqual([0, 1])
  queue.leave(one(0))
  expect(started).toEqual([0, 1, 3])
})

test('a photo that is scrolled away gives up its turn, or goes on loading', () => {
  const { list, one, started, stopped } = photos(4)
  for (const photo of list) queue.join(photo)
  queue.stopWaiting(one(0))
  queue.stopWaiting(one(2))
  queue.leave(one(1))
  expect(started).toEqual([0, 1, 3])
  queue.join(one(2))
  expect(started).toEqual([0, 1, 3])
  queue.leave(one(0))
  expect([started, stopped]).toEqual([[0, 1, 3, 2], []])
})

test('a photo that hangs is stopped after ten seconds, and the next one starts', () => {
  const { list, started, stopped } = photos(4)
  for (const photo of list) queue.join(photo)
  vi.advanceTimersByTime(timeLimitMs - 1)
  expect([started, stopped]).toEqual([[0, 1], []])
  vi.advanceTimersByTime(1)
  expect([started, stopped]).toEqual([
    [0, 1, 2, 3],
    [0, 1],
  ])
})

test('a photo that has ended is not stopped later', () => {
  const { list, stopped } = photos(2)
  for (const photo of list) queue.join(photo)
  for (const photo of list) queue.leave(photo)
  vi.advanceTimersByTime(2 * timeLimitMs)
  expect(stopped).toEqual([])
})

test('an urgent photo starts at once, and counts', () => {
  const { one, started } = photos(4)
  for (const number of [0, 1, 2]) queue.join(one(number))
  queue.join(one(3), true)
  expect(started).toEqual([0, 1, 3])
  queue.leave(one(0))
  expect(started).toEqual([0, 1, 3])
  queue.leave(one(3))
  expect(started).toEqual([0, 1, 3, 2])
})

test('a photo that joins again while it loads does not start twice', () => {
  const { list, started } = photos(1)
  for (const photo of [...list, ...list]) queue.join(photo)
  expect(started).toEqual([0])
})

test('photos that end as soon as they start let all others start', () => {
  const started: number[] = []
  const list = Array.from({ length: 25 }, (_, number): QueuedPhoto => {
    const photo = {
      start: () => {
        started.push(number)
        queue.leave(photo)
      },
      stop: () => undefined,
    }
    return photo
  })
  for (const photo of list) queue.join(photo)
  expect(started).toHaveLength(25)
})
