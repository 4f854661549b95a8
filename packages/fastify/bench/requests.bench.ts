/** CPU per request and latency: `/api/me` over bare Fastify, `/api/users` over a bare pass-through. */
import { prepare, publicUrl, signedIn, type BenchEnvironment } from './environment.ts'
import { note } from './figures.ts'
import { interleave, median, type Round, type Target } from './load.ts'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'
import { startRedis } from './redis-server.ts'
import { line, printComparison, ratiosOf } from './report.ts'

/** Processes of the same program differ by a tenth for as long as they run, so each round begins with new ones. */
const starts = Number(process.env['BENCH_ROUNDS'] ?? 7)
const roundsPerStart = 1
/** A page of users becomes a third cheaper in its first 50,000 requests: there is much code to compile. */
const warmUpRounds = 3
const seconds = Number(process.env['BENCH_SECONDS'] ?? 2)

const paths = [
  { title: '/api/me', path: '/api/me', goal: 1.35 },
  { title: '/api/users, 5 users', path: '/api/users?top=5', goal: 1.5 },
  { title: '/api/users, 100 users', path: '/api/users?top=100', goal: 3 },
] as const

interface Variant {
  name: string
  server: MeasuredProcess
  headers: { host: string; cookie: string; 'sec-fetch-site': string }
}

async function startVariant(bench: BenchEnvironment, name: string, env: NodeJS.ProcessEnv) {
  const server = await startMeasured('gatehouse-server.ts', { ...bench.env, ...env })
  const cookie = await signedIn(server.origin)
  const headers = { host: new URL(publicUrl).host, cookie, 'sec-fetch-site': 'same-origin' }
  return { name, server, headers } satisfies Variant
}

/** New processes: Gatehouse on each store, and in front of it what its answers are compared to. */
async function startAll(bench: BenchEnvironment, redisUrl: string | undefined) {
  const first = await startVariant(bench, 'Gatehouse, sqlite', {})
  const variants: Variant[] = [first]
  if (redisUrl !== undefined) {
    variants.push(await startVariant(bench, 'Gatehouse, redis', { STORE_URL: redisUrl }))
  }
  const { headers } = first
  const me = await fetch(`${first.server.origin}/api/me`, { headers: { cookie: headers.cookie } })
  const bareFastify = await startMeasured('bare-fastify-server.ts', { BENCH_ME: await me.text() })
  const bareProxy = await startMeasured('bare-proxy-server.ts', bench.env)
  const bare = (name: string, server: MeasuredProcess) => ({ name, server, headers })
  return {
    targetsOf: (path: string): Target[] => {
      const baseline =
        path === '/api/me'
          ? bare('bare Fastify', bareFastify)
          : bare('bare pass-through', bareProxy)
      return [baseline, ...variants].map((target) => ({ ...target, path }))
    },
    end: () =>
      Promise.all(
        [...variants.map(({ server }) => server), bareFastify, bareProxy].map((one) => one.end()),
      ),
  }
}

/** Prints the comparison, and remembers each target's CPU time over the first one's. */
function report(title: string, goal: number, all: Target[], results: Round[][]): void {
  printComparison(title, all, results)
  const [baseline = []] = results
  for (const [index, { name }] of all.entries()) {
    const own = results[index] ?? []
    if (index === 0) continue
    note({
      name: `${title}: CPU of ${name}`,
      value: median(ratiosOf(own, baseline)),
      unit: '×',
      goal,
      others: median(own.map(({ others }) => others)),
    })
  }
}

export async function benchRequests(): Promise<void> {
  const bench = await prepare()
  const redis = await startRedis()
  if (!redis) line('redis-server is not installed: its figures are left out.')
  const found = new Map<string, { all: Target[]; results: Round[][] }>()
  for (let start = 0; start < starts; start += 1) {
    const { targetsOf, end } = await startAll(bench, redis?.url)
    for (const { title, path } of paths) {
      const all = targetsOf(path)
      const results = await interleave(
        all,
        roundsPerStart,
        { connections: 10, seconds },
        warmUpRounds,
      )
      const before = found.get(title)?.results ?? []
      found.set(title, { all, results: results.map((own, at) => [...(before[at] ?? []), ...own]) })
    }
    await end()
  }
  for (const { title, goal } of paths) {
    const { all, results } = found.get(title) ?? { all: [], results: [] }
    report(title, goal, all, results)
  }
  redis?.end()
  await bench.end()
}
