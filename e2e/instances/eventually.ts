import { setTimeout as sleep } from 'node:timers/promises'

const lookEveryMs = 20

/**
 * Waits until something is so.
 *
 * @param what what is waited for, for the failure's sentence
 * @param withinMs generous: a slow machine is no failure
 * @returns after how many milliseconds. @throws Error where it did not come about
 */
export async function eventually(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<number> {
  const startedAt = performance.now()
  const passed = () => performance.now() - startedAt
  while (!(await isSo())) {
    if (passed() > withinMs) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await sleep(lookEveryMs)
  }
  return passed()
}
