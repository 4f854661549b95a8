/** Load on two servers in turn, so that a machine whose speed drifts slows both. */
import autocannon, { type Request } from 'autocannon'
import type { MeasuredProcess } from './measured-process.ts'

export interface Target {
  name: string
  server: MeasuredProcess
  path: string
  headers?: Record<string, string>
  method?: Request['method']
  body?: string
  /** What every answer must be; 200 where nothing is said. */
  status?: number
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

async function measure(target: Target, load: Load): Promise<Round> {
  const { name, server, path, headers, method = 'GET', body, status = 200 } = target
  const before = await server.cpu()
  const result = await autocannon({
    url: `${server.origin}${path}`,
    connections: load.connections,
    duration: load.seconds,
    headers: { ...headers },
    method,
    ...(body !== undefined && { body }),
  })
  const cpu = (await server.cpu()) - before
  const statuses = Object.keys(result.statusCodeStats ?? {})
  if (statuses.some((code) => code !== String(status)) || result.errors > 0) {
    throw new Error(`${name}: answered with ${statuses.join(', ')}; ${result.errors} failed`)
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
  return percentile(values, 0.5)
}

/** @param part 0.99 for the value that 99 of 100 stay under */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN
}
