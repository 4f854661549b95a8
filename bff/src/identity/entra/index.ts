import type { FastifyBaseLogger } from 'fastify'
import { createEntraClient, type ClientConfig, type EntraClient } from './client.ts'
import { watchClock, type Clock } from './clock.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { verifyIdToken, type Verified } from './id-token.ts'
import { createSigningKeys } from './keys.ts'
import { createEntraNetwork } from './network.ts'

export { interactionFor, problemOf, problemOfError, type SignInProblemCode } from './causes.ts'
export { stepUpClaims, usableClaims } from './claims-request.ts'
export { aadstsNumber, EntraError } from './errors.ts'
export { sameText, type Verified, type VerifiedClaims } from './id-token.ts'
export type { TokenResponse } from './token-response.ts'

/** The sign-in service of one tenant. */
export interface Entra extends EntraClient {
  discovery: Discovery
  clock: Clock
  /** @throws EntraError naming the check that failed */
  verify(idToken: unknown, facts: { nonce?: string; accessToken: string }): Promise<Verified>
  close(): Promise<void>
}

export function createEntra(
  config: ClientConfig,
  log: FastifyBaseLogger,
  now: () => number,
): Entra {
  const { network, clock } = watchClock(createEntraNetwork(), log, now)
  const discovery = createDiscovery(config, network, clock, now)
  const keys = createSigningKeys(discovery, network, now)
  return {
    ...createEntraClient(config, discovery, network),
    discovery,
    clock,
    verify: async (idToken, { nonce, accessToken }) =>
      verifyIdToken(idToken, {
        metadata: await discovery.metadata(),
        keys,
        clientId: config.clientId,
        tenant: config.tenant,
        allowedTenants: config.allowedTenants,
        nonce,
        accessToken,
        now,
      }),
    close: () => network.close(),
  }
}
