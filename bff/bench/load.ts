/** Load on two servers in turn, so that a machine whose speed drifts slows both. */
import autocannon from 'autocannon'
import type { MeasuredProcess } from './measured-process.ts'

export interface Target {
  name: string
  server: MeasuredProcess
  path: string
  headers?: Record<string, string>
}

export interface Round {
  /** CPU time of the server's process per request, microseconds. */
  cpuUs: number
  p50Ms: number
  p99Ms: number
  requestsPerS: number
}

export interface Load {
  connections: number
  seconds: number
}

async function measure({ server, path, headers }: Target, load: Load): Promise<Round> {
  const before = await server.cpu()
  const result = await autocannon({
    url: `${server.origin}${path}`,
    connections: load.connections,
    duration: load.seconds,
    headers: { ...headers },
  })
  const cpu = (await server.cpu()) - before
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${path}: ${result.non2xx} refused, ${result.errors} failed`)
  }
  const total = result.requests.total
  return {
    cpuUs: cpu / total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    requestsPerS: total / load.seconds,
  }
}

/** Runs the targets in turn, `rounds` times, after one round that warms them up and is not counted. */
export async function interleave(
  targets: Target[],
  rounds: number,
  load: Load,
): Promise<Round[][]> {
  const results: Round[][] = targets.map(() => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, target] of targets.entries()) {
      const measured = await measure(target, load)
      if (round > 0) results[index]?.push(measured)
    }
  }
  return results
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
