/** What the way through the gateway costs beside CPU: time, requests lost with an upstream, memory of calls that wait. */
import { benchAddedLatency } from './gateway-latency.ts'
import { benchHeldCalls } from './gateway-held-calls.ts'
import { benchLostUpstream } from './gateway-lost-upstream.ts'

export async function benchGateway(): Promise<void> {
  await benchAddedLatency()
  await benchLostUpstream()
  await benchHeldCalls()
}
