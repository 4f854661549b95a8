/** How much later an answer comes through the gateway than from the upstream itself. */
import { Pool } from 'undici'
import { timesOf, type Call } from './calls.ts'
import { prepare, publicUrl, signedIn } from './environment.ts'
import { median, percentile } from './load.ts'
import { startMeasured } from './measured-process.ts'
import { line } from './report.ts'

/** Both ways in turn, so that a machine whose speed drifts slows both. */
const blocks = 5

const cases = [
  { connections: 1, delayMs: 0, perConnection: 400 },
  { connections: 1, delayMs: 20, perConnection: 40 },
  { connections: 50, delayMs: 20, perConnection: 30 },
]

interface Way {
  pool: Pool
  /** One for each connection. */
  calls: Call[]
  /** ms, block by block. */
  times: number[][]
}

export async function benchAddedLatency(): Promise<void> {
  line('\nTime that the gateway adds to /users of an upstream, ms')
  line(
    '                                     direct p50 / p99    gateway p50 / p99   added p50 / p99',
  )
  for (const load of cases) await measure(load)
}

async function measure(load: (typeof cases)[number]): Promise<void> {
  const { connections, delayMs, perConnection } = load
  const bench = await prepare()
  const server = await startMeasured('gatehouse-server.ts', bench.env)
  const cookies: string[] = []
  // Each connection is another user's: the gateway has one line per user.
  for (const user of bench.tenant.users.slice(0, connections)) {
    cookies.push(await signedIn(server.origin, user.userPrincipalName))
  }
  const graph = new URL(bench.graph.url)
  const path = `${graph.pathname}/users?$top=5`
  const direct: Way = {
    pool: new Pool(graph.origin, { connections }),
    calls: cookies.map(() => ({ path, headers: { authorization: `Bearer ${'x'.repeat(2000)}` } })),
    times: [],
  }
  const { host } = new URL(publicUrl)
  const gateway: Way = {
    pool: new Pool(server.origin, { connections }),
    calls: cookies.map((cookie) => ({ path: '/api/users?top=5', headers: { host, cookie } })),
    times: [],
  }
  const ways = [direct, gateway]
  // Code is compiled while it runs; a server that has been up for a while is what is meant.
  for (const { pool, calls } of ways) await timesOf(pool, calls, 2000 / connections)
  bench.graph.delayMs = delayMs
  for (let block = 0; block <= blocks; block += 1) {
    for (const { pool, calls, times } of ways) {
      const measured = await timesOf(pool, calls, perConnection)
      if (block > 0) times.push(measured)
    }
  }
  report(load, direct.times, gateway.times)
  await Promise.all(ways.map(({ pool }) => pool.close()))
  await Promise.all([server.end(), bench.end()])
}

/** What is added: the difference within a block, and the median of these. */
function report(
  { connections, delayMs }: { connections: number; delayMs: number },
  direct: number[][],
  gateway: number[][],
): void {
  const name = `${connections} connection${connections > 1 ? 's' : ''}, upstream takes ${delayMs}`
  const of = (times: number[][]) =>
    both((part) => median(times.map((one) => percentile(one, part))))
  const added = both((part) =>
    median(
      gateway.map((times, at) => percentile(times, part) - percentile(direct[at] ?? [], part)),
    ),
  )
  line(`  ${name.padEnd(34)} ${[of(direct), of(gateway), added].join('    ')}`)
}

/** The p50 and the p99 of something, ms. */
function both(of: (part: number) => number): string {
  return [0.5, 0.99].map((part) => of(part).toFixed(2).padStart(7)).join(' /')
}
