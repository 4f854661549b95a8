import type { FastifyBaseLogger } from 'fastify'
import { expect, it, vi } from 'vitest'
import { StoreReadiness } from '../../src/auth/store-readiness.ts'
import { type Store, StoreError } from '../../src/store/store.ts'

/** A store that counts how often it is asked. */
function countedStore() {
  const ping = vi.fn<Store['ping']>(() => Promise.resolve())
  const checkWrite = vi.fn<Store['checkWrite']>(() => Promise.resolve())
  const read = vi.fn<Store['sessions']['read']>(() => Promise.resolve(undefined))
  const write = vi.fn<FastifyBaseLogger['error']>()
  const log = { info: write, error: write } as unknown as FastifyBaseLogger
  const readiness = new StoreReadiness(
    { ping, checkWrite, sessions: { read } } as unknown as Store,
    log,
  )
  return { ping, checkWrite, read, write, readiness }
}

const full = () => Promise.reject(new StoreError('The session store is full', { reason: 'full' }))

it('a thousand readiness checks at once ask the store once, and the next thousand once more', async () => {
  const { ping, checkWrite, readiness } = countedStore()
  for (const times of [1, 2]) {
    await Promise.all(Array.from({ length: 1000 }, () => readiness.check()))
    expect(ping).toHaveBeenCalledTimes(times)
  }
  expect(checkWrite).toHaveBeenCalledTimes(1)
})

it('checks that come one after another ask it five times a second at most', async () => {
  const { ping, readiness } = countedStore()
  const startedAt = performance.now()
  const passedMs = () => performance.now() - startedAt
  while (passedMs() < 500) await readiness.check()
  // A timer may be a millisecond early.
  expect(ping.mock.calls.length).toBeLessThanOrEqual(1 + (passedMs() + 10) / 200)
})

it('a thousand readiness checks ask it once also while it cannot be written', async () => {
  const { ping, checkWrite, read, readiness } = countedStore()
  checkWrite.mockImplementation(full)
  const answers = await Promise.all(Array.from({ length: 1000 }, () => readiness.check()))
  expect(new Set(answers)).toEqual(new Set(['store_full']))
  for (const asked of [ping, checkWrite, read]) expect(asked).toHaveBeenCalledTimes(1)
})

it('no answer is older than its question', async () => {
  const { ping, readiness } = countedStore()
  expect(await readiness.check()).toBeUndefined()
  ping.mockImplementation(full)
  await expect(readiness.check()).rejects.toThrow('is full')
  ping.mockImplementation(() => Promise.resolve())
  expect(await readiness.check()).toBeUndefined()
})

it('is checked once a minute if nobody asks, and the log tells what is wrong once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'performance'] })
  const { checkWrite, write, readiness } = countedStore()
  checkWrite.mockImplementation(full)
  const stop = readiness.watch()
  await vi.advanceTimersByTimeAsync(3 * 60_000)
  expect(checkWrite).toHaveBeenCalledTimes(3)
  expect(write.mock.calls).toEqual([
    [expect.objectContaining({ event: 'store_not_writable' }), 'The session store is full'],
  ])
  stop()
  await vi.advanceTimersByTimeAsync(3 * 60_000)
  expect(checkWrite).toHaveBeenCalledTimes(3)
  vi.useRealTimers()
})
