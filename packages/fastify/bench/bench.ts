/** `npm run bench`: all benchmarks in turn; `npm run bench -w @gatehouse/fastify -- requests` runs one. */
import { benchGateway } from './gateway.bench.ts'
import { benchLockedStore } from './locked-store.bench.ts'
import { benchRefusals } from './refusals.bench.ts'
import { benchRequests } from './requests.bench.ts'
import { benchRevocation } from './revocation.bench.ts'
import { benchSessionSize } from './session-size.bench.ts'
import { benchSignIn } from './sign-in.bench.ts'
import { benchStartUp } from './start-up.bench.ts'
import { benchTelemetry } from './telemetry.bench.ts'

const all = {
  requests: benchRequests,
  telemetry: benchTelemetry,
  refusals: benchRefusals,
  gateway: benchGateway,
  'sign-in': benchSignIn,
  'session-size': benchSessionSize,
  'start-up': benchStartUp,
  revocation: benchRevocation,
  'locked-store': benchLockedStore,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in all))
if (unknown.length > 0) {
  process.stderr.write(
    `No benchmark is called ${unknown.join(', ')}: ${Object.keys(all).join(', ')}\n`,
  )
  process.exit(1)
}
for (const [name, run] of Object.entries(all)) {
  if (wanted.length === 0 || wanted.includes(name)) await run()
}
process.exit(0)
