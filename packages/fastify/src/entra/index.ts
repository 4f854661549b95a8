/** The sign-in service of one tenant: Microsoft Entra, or the local tenant. */
import type { FastifyBaseLogger } from 'fastify'
import { cloudFor } from '../config/index.ts'
import { type ClientConfig, createEntraClient } from './client.ts'
import { warnBelowDays, watchExpiry } from './credentials/expiry.ts'
import { type Credential, Credentials } from './credentials/index.ts'
import { createManagedIdentity } from './credentials/sources.ts'
import { createDiscovery } from './discovery.ts'
import { type Verified, verifyIdToken } from './id-token.ts'
import { SigningKeys } from './keys.ts'
import { createEntraNetwork, watchClockSkew } from './network.ts'

export {
  causeOf,
  causeOfError,
  interactionFor,
  needsAdministrator,
  refusesClient,
  refusesScopes,
  remedyFor,
  type Remedy,
  type SignInProblemCode,
} from './aadsts.ts'
export { acrsClaimsRequest, parseClaimsRequest } from './claims-request.ts'
export { createStoreAccess } from './credentials/store-access.ts'
export { CredentialUnavailable } from './credentials/sources.ts'
export { readMetadata } from './discovery.ts'
export { aadstsNumber, EntraError, traceIn } from './errors.ts'
export { timingSafeEqualText, type Verified, type VerifiedClaims } from './id-token.ts'
export { createEntraNetwork } from './network.ts'
export { type TokenResponse, tokenRequestEveryMs, unusableBeforeMs } from './token-response.ts'

export type Entra = ReturnType<typeof createEntra>

/** What an operator needs to know of the app's credentials, without their values. */
export interface CredentialHealth {
  list: readonly Credential[]
  /** Whole days; undefined if no end is known, and until `firstReport`. */
  daysLeft(): number | undefined
  /** Resolves when each credential was looked at once. */
  firstReport: Promise<void>
  /** Whether they end within a month, or Entra accepted none at the last attempt. */
  needsAttention(): boolean
}

export function createEntra(config: ClientConfig, log: FastifyBaseLogger, now: () => number) {
  const direct = createEntraNetwork(config.proxy, now)
  const { network, clock } = watchClockSkew(direct, log, now)
  const discovery = createDiscovery(config, network, clock, now)
  const managedIdentity = createManagedIdentity(direct, cloudFor(config).federatedAudience)
  // On the local tenant, a rejection is a scenario, and over as soon as it is cleared.
  const rememberMs = config.usesLocalTenant ? 0 : undefined
  const credentials = new Credentials(config.credentials, managedIdentity, log, now, rememberMs)
  const { daysLeft, firstReport, stop } = watchExpiry(credentials.list, log, now)
  const keys = new SigningKeys(discovery, network, now)
  const credential: CredentialHealth = {
    list: credentials.list,
    daysLeft,
    firstReport,
    needsAttention: () =>
      credentials.lastAttemptRejected || (daysLeft() ?? Infinity) < warnBelowDays,
  }
  return {
    ...createEntraClient(config, discovery, network, credentials),
    discovery,
    clock,
    credential,
    /** @throws EntraError naming the check that failed */
    verify: async (
      idToken: unknown,
      { nonce, accessToken }: { nonce?: string; accessToken: string },
    ): Promise<Verified> =>
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
    close: (): Promise<void> => {
      stop()
      return network.close()
    },
  }
}
