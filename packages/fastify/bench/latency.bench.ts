/** Waiting: what a request of one connection takes longer than the baseline's, and the slowest of ten connections. */
import { Pool } from 'undici'
import { timesOf, type Call } from './calls.ts'
import { prepare, publicUrl, signedIn } from './environment.ts'
import { note } from './figures.ts'
import { median, percentile } from './load.ts'
import { measured } from './machine.ts'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'
import { line } from './report.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
/** Rounds that do not count: until a server is warm, compiling is the longest hundredth. */
const warmUpRounds = 6
/** In a round, over all connections: of fewer, a single pause of the machine would be the longest hundredth. */
const requests = 20_000

interface Way {
  server: MeasuredProcess
  call: Call
}

interface Round {
  p50: number
  p99: number
  others: number
}

export async function benchLatency(): Promise<void> {
  const bench = await prepare()
  const server = await startMeasured('gatehouse-server.ts', bench.env)
  const cookie = await signedIn(server.origin)
  const headers = { host: new URL(publicUrl).host, cookie, 'sec-fetch-site': 'same-origin' }
  const me = await fetch(`${server.origin}/api/me`, { headers: { cookie } })
  const bareFastify = await startMeasured('bare-fastify-server.ts', { BENCH_ME: await me.text() })
  const bareProxy = await startMeasured('bare-proxy-server.ts', bench.env)
  line('\nWaiting, ms                             base p50 / p99      Gatehouse p50 / p99')
  for (const [path, base] of [
    ['/api/me', bareFastify],
    ['/api/users?top=5', bareProxy],
  ] as const) {
    const ways = [
      { server: base, call: { path, headers: { cookie } } },
      { server, call: { path, headers } },
    ] as const
    const single = await inTurn(ways, 1)
    note({
      name: `${path}: added p50, one connection`,
      value: median(single.map(([before, after]) => after.p50 - before.p50)),
      unit: 'ms',
      goal: 0.18,
      others: othersOf(single),
    })
    const ten = await inTurn(ways, 10)
    note({
      name: `${path}: p99 of ten connections`,
      value: median(ten.map(([before, after]) => after.p99 / before.p99)),
      unit: '×',
      goal: 2,
      others: othersOf(ten),
    })
    report(`${path}, one connection`, single)
    report(`${path}, ten connections`, ten)
  }
  await Promise.all([server.end(), bareFastify.end(), bareProxy.end()])
  await bench.end()
}

/** Both ways, round by round. */
async function inTurn(
  [base, ours]: readonly [Way, Way],
  connections: number,
): Promise<(readonly [Round, Round])[]> {
  const found: (readonly [Round, Round])[] = []
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const pair = [await measure(base, connections), await measure(ours, connections)] as const
    if (round >= warmUpRounds) found.push(pair)
  }
  return found
}

async function measure({ server, call }: Way, connections: number): Promise<Round> {
  const pool = new Pool(server.origin, { connections })
  const calls = Array.from({ length: connections }, () => call)
  // Connects, and compiles what this load needs.
  await timesOf(pool, calls, 100)
  const { result: times, others } = await measured(server, () =>
    timesOf(pool, calls, requests / connections),
  )
  await pool.close()
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), others }
}

function othersOf(pairs: (readonly [Round, Round])[]): number {
  return median(pairs.map(([, { others }]) => others))
}

function report(name: string, pairs: (readonly [Round, Round])[]): void {
  const shown = ([0, 1] as const).map((way) =>
    (['p50', 'p99'] as const)
      .map((part) =>
        median(pairs.map((pair) => pair[way][part]))
          .toFixed(3)
          .padStart(7),
      )
      .join(' /'),
  )
  line(`  ${name.padEnd(34)} ${shown.join('     ')}`)
}
