/** What being watched costs: `/api/me` with telemetry off over itself, then with everything on over off. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { prepare, publicUrl, signedIn, type BenchEnvironment } from './environment.ts'
import { interleave, type Target } from './load.ts'
import { startMeasured } from './measured-process.ts'
import { printComparison } from './report.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)

async function startTarget(bench: BenchEnvironment, name: string, env: NodeJS.ProcessEnv) {
  const program = env['BENCH_UNWATCHED'] ? 'unwatched-server.ts' : 'gatehouse-server.ts'
  const server = await startMeasured(program, { ...bench.env, ...env })
  const cookie = await signedIn(server.origin)
  const headers = { host: new URL(publicUrl).host, cookie, 'sec-fetch-site': 'same-origin' }
  return { name, server, headers, path: '/api/me' } satisfies Target
}

/** A collector that takes everything. */
async function startCollector() {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

export async function benchTelemetry(): Promise<void> {
  const bench = await prepare()
  const { url, server } = await startCollector()
  const targets = [
    await startTarget(bench, 'without its hooks', { BENCH_UNWATCHED: '1' }),
    await startTarget(bench, 'off', {}),
    await startTarget(bench, 'spans and metrics', { OTEL_EXPORTER_OTLP_ENDPOINT: url }),
    await startTarget(bench, 'metrics', {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_TRACES_EXPORTER: 'none',
    }),
  ]
  const results = await interleave(targets, rounds, { connections: 10, seconds })
  printComparison('/api/me, watched, over the app without its telemetry hooks', targets, results)
  printComparison('/api/me, watched, over off', targets.slice(1), results.slice(1))
  await Promise.all(targets.map((target) => target.server.end()))
  server.close()
  await bench.end()
}
