/** The cost of the gateway beside CPU: latency, requests lost with an upstream, memory of waiting calls. */
import { benchAddedLatency } from './gateway-latency.ts'
import { benchHeldCalls } from './gateway-held-calls.ts'
import { benchLostUpstream } from './gateway-lost-upstream.ts'

export async function benchGateway(): Promise<void> {
  await benchAddedLatency()
  await benchLostUpstream()
  await benchHeldCalls()
}
