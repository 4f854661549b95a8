/**
 * `npm run bench`: all benchmarks in turn, the one beside peers only if they are installed; `npm run bench -- requests` runs
 * one. `--write` writes the figures that are kept into docs/performance.md, for a release; the others of a table stay, and
 * say that they are of an earlier run.
 */
import { printSummary } from './figures.ts'
import { benchBound } from './bound.bench.ts'
import { benchGateway } from './gateway.bench.ts'
import { benchLatency } from './latency.bench.ts'
import { benchLockedStore } from './locked-store.bench.ts'
import { missingPeers } from './peers/contestants.ts'
import { benchPeers } from './peers/peers.bench.ts'
import { benchRefusals } from './refusals.bench.ts'
import { benchRequests } from './requests.bench.ts'
import { benchRevocation } from './revocation.bench.ts'
import { benchSessionSize } from './session-size.bench.ts'
import { benchSignIn } from './sign-in.bench.ts'
import { benchStartUp } from './start-up.bench.ts'
import { benchTelemetry } from './telemetry.bench.ts'

const all = {
  requests: benchRequests,
  latency: benchLatency,
  telemetry: benchTelemetry,
  refusals: benchRefusals,
  gateway: benchGateway,
  'sign-in': benchSignIn,
  bound: benchBound,
  'session-size': benchSessionSize,
  'start-up': benchStartUp,
  revocation: benchRevocation,
  'locked-store': benchLockedStore,
  peers: benchPeers,
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
const missing = missingPeers()
if (missing !== undefined && wanted.includes('peers')) {
  process.stderr.write(`${missing}\n`)
  process.exit(1)
}
const installed = Object.keys(all).filter((name) => name !== 'peers' || missing === undefined)
const chosen = wanted.length > 0 ? wanted : installed
for (const [name, run] of Object.entries(all)) {
  if (chosen.includes(name)) await run()
}
if (missing !== undefined && wanted.length === 0) process.stdout.write(`\n${missing}\n`)
printSummary({ write, complete: wanted.length === 0 && missing === undefined })
process.exit(0)
