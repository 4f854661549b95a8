/** Loads two servers in turn, so that a change of the machine's speed affects both. */
import autocannon, { type Client, type Request } from 'autocannon'
import { measured } from './machine.ts'
import type { MeasuredProcess } from './measured-process.ts'

export interface Target {
  name: string
  server: MeasuredProcess
  path: string
  headers?: Record<string, string>
  /** Cookies of many sessions, which the requests have in turn. */
  cookies?: readonly string[]
  method?: Request['method']
  body?: string
  /** The status of every answer; 200 by default. */
  status?: number
}

export interface Round {
  /** CPU time of the server's process per request, microseconds. */
  cpuUs: number
  p50Ms: number
  p99Ms: number
  requestsPerS: number
  /** The share of the machine's CPU that other processes took, 0 to 1. */
  others: number
}

export interface Load {
  connections: number
  seconds: number
}

async function measure(target: Target, load: Load): Promise<Round> {
  const { name, server, path, headers, cookies, method = 'GET', body, status = 200 } = target
  const { result, cpuUs, others } = await measured(server, async () =>
    autocannon({
      url: `${server.origin}${path}`,
      connections: load.connections,
      duration: load.seconds,
      headers: { ...headers },
      method,
      ...(body !== undefined && { body }),
      ...(cookies && { setupClient: inTurn(cookies, headers, load.connections) }),
    }),
  )
  const statuses = Object.keys(result.statusCodeStats ?? {})
  if (statuses.some((code) => code !== String(status)) || result.errors > 0) {
    throw new Error(`${name}: answered with ${statuses.join(', ')}; ${result.errors} failed`)
  }
  const total = result.requests.total
  return {
    cpuUs: cpuUs / total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    requestsPerS: total / load.seconds,
    others,
  }
}

/** Gives each connection its share of the cookies, so that all are in use; of fewer cookies than connections, all. */
function inTurn(cookies: readonly string[], headers: Target['headers'], connections: number) {
  const share = Math.ceil(cookies.length / connections)
  let connection = 0
  return (client: Client) => {
    const own = cookies.slice(connection * share, (connection + 1) * share)
    connection += 1
    const sent = own.length === 0 ? cookies : own
    client.setRequests(sent.map((cookie) => ({ headers: { ...headers, cookie } })))
  }
}

/** Runs the targets in turn, `rounds` times, after rounds that do not count, in which the code is compiled. */
export async function interleave(
  targets: Target[],
  rounds: number,
  load: Load,
  warmUpRounds = 1,
): Promise<Round[][]> {
  const results: Round[][] = targets.map(() => [])
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    for (const [index, target] of targets.entries()) {
      const found = await measure(target, load)
      if (round >= warmUpRounds) results[index]?.push(found)
    }
  }
  return results
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** @param part 0.99 for the 99th percentile */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN
}
