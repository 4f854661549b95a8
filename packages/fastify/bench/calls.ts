/** Times single calls, more finely than in whole milliseconds. */
import type { Pool } from 'undici'

export interface Call {
  path: string
  headers: Record<string, string>
}

/** Sends a request and reads the whole answer. @returns its status; 0 if there was none */
export async function ask(pool: Pool, call: Call): Promise<number> {
  try {
    const { statusCode, body } = await pool.request({ ...call, method: 'GET' })
    await body.arrayBuffer()
    return statusCode
  } catch {
    return 0
  }
}

/**
 * Repeats each call of the list, all of them at the same time.
 *
 * @returns the time of each, ms
 * @throws Error for an answer that is not 200
 */
export async function timesOf(
  pool: Pool,
  calls: readonly Call[],
  perCall: number,
): Promise<number[]> {
  const times: number[] = []
  async function again(call: Call): Promise<void> {
    for (let asked = 0; asked < perCall; asked += 1) {
      const startedAt = performance.now()
      const status = await ask(pool, call)
      times.push(performance.now() - startedAt)
      if (status !== 200) throw new Error(`${call.path}: answered with ${status}`)
    }
  }
  await Promise.all(calls.map(again))
  return times
}
