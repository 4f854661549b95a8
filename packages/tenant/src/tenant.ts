/** The local tenant: a stand-in for Microsoft Entra ID and Microsoft Graph on one loopback port. */

import fastify, { type FastifyInstance } from 'fastify'
import { controlRoutes } from './control/index.ts'
import { createScenarios, type Scenarios } from './control/scenarios/scenarios.ts'
import { createDirectory, type TenantUser } from './directory/directory.ts'
import { generateUsers } from './directory/generate.ts'
import type { Endpoint } from './endpoint.ts'
import { createBrowsers } from './entra/authorize/accounts.ts'
import { createDeviceCodes } from './entra/device/device-codes.ts'
import { createCodes, createConsents } from './entra/grants.ts'
import { entraRoutes } from './entra/index.ts'
import { userInfoRoutes } from './entra/user-info.ts'
import { createFaults, type Faults } from './faults/faults.ts'
import { useTransportFaults } from './faults/transport.ts'
import { prepareQueries } from './graph/filter/prepare.ts'
import { graphRoutes } from './graph/index.ts'
import { rewriteUrl } from './graph/paths.ts'
import { createJournal, type Journal } from './journal.ts'
import { createKeyRing, type RotateOptions } from './keys.ts'
import { checkOptions, checkUserCount, type TenantOptions } from './options.ts'
import { refuseForeignHosts } from './own-host.ts'
import { answerUnknown } from './pages/errors.ts'
import { orderRoutes } from './orders/index.ts'
import { createPolicies } from './policies.ts'
import { localClient, localTenantId } from './registry/built-in.ts'
import type { ClientRegistration } from './registry/client.ts'
import { createRegistry } from './registry/registry.ts'
import { createSeal } from './seal.ts'
import type { TenantState } from './tenant-state.ts'

export type { Scenarios, ScenarioState } from './control/scenarios/scenarios.ts'
export type { ClientRegistration } from './registry/client.ts'
export type { Endpoint } from './endpoint.ts'
export type { TenantUser } from './directory/directory.ts'
export type { Fault } from './faults/fault.ts'
export type { Faults } from './faults/faults.ts'
export type { Journal, JournalEntry } from './journal.ts'
export type { TenantOptions } from './options.ts'

export interface Tenant {
  /** `http://127.0.0.1:PORT`, or what the options say. */
  origin: string
  /** The authority's host part: discovery is at `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`. */
  authority: string
  /** `${origin}/v1.0` */
  graphUrl: string
  /** `${origin}/orders/v1`: a second API, whose tokens are for `api://6f0c2d7e-…`. */
  ordersUrl: string
  tenantId: string
  tenantName: string
  /** The clients that the tenant was started with. */
  clients: readonly ClientRegistration[]
  /** Is a new list after `resize`. */
  readonly users: readonly TenantUser[]
  journal: Journal
  faults: Faults
  /** Named failures, which can be set and cleared. */
  scenarios: Scenarios
  /** Makes a new signing key. The old one leaves the JWKS, unless `keepOld` is set. Graph accepts both. */
  rotateKeys(options?: RotateOptions): void
  /** Ends the user's refresh tokens (AADSTS50173 from now on) and, for clients with `cp1`, access tokens. Without an id: for all users. */
  revokeUser(id?: string): void
  /** Ends the user's access tokens of clients with `cp1`: Graph challenges them, and a refresh helps. Without an id: for all users. */
  revokeTokens(id?: string): void
  /** The user can neither sign in nor refresh any more (AADSTS50057), and Graph challenges tokens of clients with `cp1`. */
  disableUser(id?: string): void
  /** Undoes `disableUser`; without an id, for all users. */
  enableUser(id?: string): void
  /** Graph's `at` answers only to tokens whose `acrs` has this authentication context, such as `c1`; undefined: to all. */
  requireAuthenticationContext(at: Endpoint, context: string | undefined): void
  /** Withdraws what the user has consented to; without an id, all consents. */
  withdrawConsent(id?: string): void
  /** While on, users who are not administrators cannot consent: AADSTS90094. */
  requireAdminConsent(on: boolean): void
  /** The clients' secrets are expired: AADSTS7000222. */
  expireSecret(): void
  restoreSecret(): void
  /** While on, guests get 403 for all users but themselves. */
  restrictGuests(on: boolean): void
  /** Hides new applications from Graph for a number of requests, as in Entra, whose copies lag behind. */
  hideNewApplications(requests: number): void
  /** Changes the number of users, 1 to 100 000; users who remain keep their ids. @throws Error */
  resize(users: number): void
  close(): Promise<void>
}

/**
 * Starts a tenant and listens.
 *
 * @throws Error with a sentence in production, for an address that is not loopback, and for a port that is in use
 */
export async function createTenant(options: TenantOptions = {}): Promise<Tenant> {
  checkOptions(options)
  const app = fastify({
    rewriteUrl,
    forceCloseConnections: true,
    bodyLimit: 65_536,
    routerOptions: { maxParamLength: 1_024, caseSensitive: false, ignoreTrailingSlash: true },
  })
  // Before every other hook.
  refuseForeignHosts(app, options.origin)
  const clients = options.clients ?? [localClient]
  const tenant = createTenantState(app, { ...options, clients })
  // The tokens and the answers have the same clock.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('date', new Date(tenant.now()).toUTCString())
  })
  useTransportFaults(app, tenant.faults)
  answerUnknown(app)
  await app.register((scope) => entraRoutes(scope, tenant))
  await app.register((scope) => userInfoRoutes(scope, tenant))
  await app.register((scope) => graphRoutes(scope, tenant), { prefix: '/v1.0' })
  await app.register((scope) => orderRoutes(scope, tenant), { prefix: '/orders/v1' })
  await app.register((scope) => controlRoutes(scope, tenant), { prefix: '/_tenant' })
  const listening = await app.listen({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
  })
  tenant.origin = options.origin ?? listening
  return publicTenant(tenant, app, clients)
}

function createTenantState(app: FastifyInstance, options: TenantOptions): TenantState {
  const now = options.now ?? Date.now
  return {
    origin: '',
    tenantId: (options.tenantId ?? localTenantId).toLowerCase(),
    tenantName: options.tenantName ?? 'Local tenant',
    registry: createRegistry(options.clients ?? [], now()),
    directory: createDirectory((count) => usersOf(options, count), options.users ?? 250, now),
    now,
    keys: createKeyRing(),
    seal: createSeal(),
    journal: createJournal(app, now),
    faults: createFaults(),
    browsers: createBrowsers(),
    codes: createCodes(),
    consents: createConsents(),
    deviceCodes: createDeviceCodes(options.deviceCodeInterval),
    policies: createPolicies(),
    challengeableLifetime: options.challengeableLifetime ?? 24 * 3600,
    issParameter: options.issParameter ?? false,
  }
}

function usersOf({ patchUsers }: TenantOptions, count: number): readonly TenantUser[] {
  const generated = generateUsers(count)
  if (!patchUsers) return prepareQueries(generated)
  return prepareQueries(generated.map((user, index) => ({ ...user, ...patchUsers[index] })))
}

function publicTenant(
  tenant: TenantState,
  app: FastifyInstance,
  clients: readonly ClientRegistration[],
): Tenant {
  const { origin, tenantId, tenantName, directory, journal, faults, keys } = tenant
  const { consents, policies } = tenant
  return {
    origin,
    authority: origin,
    graphUrl: `${origin}/v1.0`,
    ordersUrl: `${origin}/orders/v1`,
    tenantId,
    tenantName,
    clients,
    get users() {
      return directory.users
    },
    journal,
    faults,
    scenarios: createScenarios(tenant),
    rotateKeys: (options) => keys.rotate(options),
    revokeUser: (id) => directory.revoke(id),
    revokeTokens: (id) => directory.revokeTokens(id),
    disableUser: (id) => directory.disable(id),
    enableUser: (id) => directory.enable(id),
    requireAuthenticationContext: (at, context) => policies.requireContext(at, context),
    withdrawConsent: (id) => consents.withdraw(id),
    requireAdminConsent: (on) => void (policies.adminConsentOnly = on),
    expireSecret: () => void (policies.secretsExpired = true),
    restoreSecret: () => void (policies.secretsExpired = false),
    restrictGuests: (on) => void (policies.guestsRestricted = on),
    hideNewApplications: (requests) => void (policies.newApplicationsHiddenFor = requests),
    resize(users) {
      checkUserCount(users)
      directory.resize(users)
    },
    close: () => app.close(),
  }
}
