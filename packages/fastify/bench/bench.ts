/**
 * `npm run bench`: all benchmarks in turn but `peers`; `npm run bench -- requests` runs one. `--write` writes the figures that have a goal
 * into docs/performance.md, for a release.
 */
import { printSummary } from './figures.ts'
import { benchGateway } from './gateway.bench.ts'
import { benchLatency } from './latency.bench.ts'
import { benchLockedStore } from './locked-store.bench.ts'
import { benchPeers } from './peers.bench.ts'
import { benchRefusals } from './refusals.bench.ts'
import { benchRequests } from './requests.bench.ts'
import { benchRevocation } from './revocation.bench.ts'
import { benchSessionSize } from './session-size.bench.ts'
import { benchSignIn } from './sign-in.bench.ts'
import { benchStartUp } from './start-up.bench.ts'
import { benchTelemetry } from './telemetry.bench.ts'

/** What a run without names leaves out. */
const onDemand = { peers: benchPeers }

const all = {
  requests: benchRequests,
  latency: benchLatency,
  telemetry: benchTelemetry,
  refusals: benchRefusals,
  gateway: benchGateway,
  'sign-in': benchSignIn,
  'session-size': benchSessionSize,
  'start-up': benchStartUp,
  revocation: benchRevocation,
  'locked-store': benchLockedStore,
  ...onDemand,
}

const write = process.argv.includes('--write')
const wanted = process.argv.slice(2).filter((name) => name !== '--write')
const unknown = wanted.filter((name) => !(name in all))
if (unknown.length > 0) {
  process.stderr.write(
    `No benchmark is called ${unknown.join(', ')}: ${Object.keys(all).join(', ')}\n`,
  )
  process.exit(1)
}
for (const [name, run] of Object.entries(all)) {
  if (wanted.includes(name) || (wanted.length === 0 && !(name in onDemand))) await run()
}
printSummary(write)
process.exit()
