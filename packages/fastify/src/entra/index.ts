import type { FastifyBaseLogger } from 'fastify'
import {
  createCredentials,
  type Credential,
  warnBelowDays,
  watchCredentialDays,
} from './credentials.ts'
import { type ClientConfig, createEntraClient, type EntraClient } from './client.ts'
import { type Clock, createEntraNetwork, watchClock } from './network.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { type Verified, verifyIdToken } from './id-token.ts'
import { createSigningKeys } from './keys.ts'
import { createManagedIdentity } from './credential-sources.ts'

export {
  adviceFor,
  interactionFor,
  problemOf,
  problemOfError,
  refusesClient,
  type Advice,
  type SignInProblemCode,
} from './aadsts.ts'
export { stepUpClaims, usableClaims } from './token-response.ts'
export { readMetadata } from './discovery.ts'
export { aadstsNumber, EntraError } from './errors.ts'
export { sameText, type Verified, type VerifiedClaims } from './id-token.ts'
export type { TokenResponse } from './token-response.ts'

/** The sign-in service of one tenant. */
export interface Entra extends EntraClient {
  discovery: Discovery
  clock: Clock
  credential: CredentialHealth
  /** @throws EntraError naming the check that failed */
  verify(idToken: unknown, facts: { nonce?: string; accessToken: string }): Promise<Verified>
  close(): Promise<void>
}

/** What an operator has to know of the app's credentials, without what they are. */
export interface CredentialHealth {
  list: readonly Credential[]
  /** Whole days; undefined where nothing is known of an end. */
  daysLeft(): number | undefined
  /** Whether it ends within a month, or Entra refused all that were tried last. */
  needsCare(): boolean
}

export function createEntra(
  config: ClientConfig,
  log: FastifyBaseLogger,
  now: () => number,
): Entra {
  const direct = createEntraNetwork(now)
  const { network, clock } = watchClock(direct, log, now)
  const discovery = createDiscovery(config, network, clock, now)
  const managedIdentity = createManagedIdentity(direct)
  const credentials = createCredentials(config.credentials, managedIdentity, log, now)
  const days = watchCredentialDays(credentials.list, log, now)
  const keys = createSigningKeys(discovery, network, now)
  return {
    ...createEntraClient(config, discovery, network, credentials),
    discovery,
    clock,
    credential: {
      list: credentials.list,
      daysLeft: () => days.left(),
      needsCare: () => credentials.areRefused() || (days.left() ?? Infinity) < warnBelowDays,
    },
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
    close: () => {
      days.stop()
      return network.close()
    },
  }
}
