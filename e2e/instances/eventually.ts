import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 20

/**
 * Waits until a condition holds.
 *
 * @param what the condition in words, for the error
 * @param withinMs generous, for slow machines
 * @returns after how many ms
 * @throws Error if it does not hold in time
 */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<number> {
  const startedAt = performance.now()
  const passed = () => performance.now() - startedAt
  while (!(await holds())) {
    if (passed() > withinMs) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await sleep(pollMs)
  }
  return passed()
}
