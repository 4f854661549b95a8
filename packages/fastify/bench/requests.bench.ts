/** CPU per request and latency: `/api/me` over bare Fastify, `/api/users` over a bare pass-through. */
import { prepare, publicUrl, signedIn, type BenchEnvironment } from './environment.ts'
import { note } from './figures.ts'
import { interleave, median, type Target } from './load.ts'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'
import { startRedis } from './redis-server.ts'
import { line, printComparison, ratiosOf } from './report.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)

interface Variant {
  name: string
  server: MeasuredProcess
  headers: Record<string, string>
}

async function startVariant(bench: BenchEnvironment, name: string, env: NodeJS.ProcessEnv) {
  const server = await startMeasured('gatehouse-server.ts', { ...bench.env, ...env })
  const cookie = await signedIn(server.origin)
  const headers = { host: new URL(publicUrl).host, cookie, 'sec-fetch-site': 'same-origin' }
  return { name, server, headers } satisfies Variant
}

function targets(variants: Variant[], path: string): Target[] {
  return variants.map(({ name, server, headers }) => ({ name, server, headers, path }))
}

/** @param goal of each target's CPU time over the first one's */
async function compare(title: string, goal: number, all: Target[]): Promise<void> {
  const results = await interleave(all, rounds, { connections: 10, seconds })
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
  const variants = [await startVariant(bench, 'Gatehouse, sqlite', {})]
  if (redis) variants.push(await startVariant(bench, 'Gatehouse, redis', { STORE_URL: redis.url }))
  const [first] = variants
  if (!first) return

  const me = await fetch(`${first.server.origin}/api/me`, {
    headers: { cookie: first.headers['cookie'] ?? '' },
  })
  const bareFastify = await startMeasured('bare-fastify-server.ts', { BENCH_ME: await me.text() })
  const bareProxy = await startMeasured('bare-proxy-server.ts', bench.env)
  const bareHeaders = { cookie: first.headers['cookie'] ?? '' }

  const meTargets = [
    { name: 'bare Fastify', server: bareFastify, path: '/api/me', headers: bareHeaders },
    ...targets(variants, '/api/me'),
  ]
  await compare('/api/me', 1.35, meTargets)

  for (const [top, goal] of [
    [5, 1.5],
    [100, 3],
  ] as const) {
    const path = `/api/users?top=${top}`
    const userTargets = [
      { name: 'bare pass-through', server: bareProxy, path, headers: bareHeaders },
      ...targets(variants, path),
    ]
    await compare(`/api/users, ${top} users`, goal, userTargets)
  }

  await Promise.all([
    ...variants.map(({ server }) => server.end()),
    bareFastify.end(),
    bareProxy.end(),
  ])
  redis?.end()
  await bench.end()
}
