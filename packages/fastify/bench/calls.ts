/** Calls one by one, each with its time: finer than whole milliseconds. */
import type { Pool } from 'undici'

export interface Call {
  path: string
  headers: Record<string, string>
}

/** Asks until the whole answer is there. @returns its status; 0 where there was none */
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
 * As many calls at once as there are in the list, each of them again and again.
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
