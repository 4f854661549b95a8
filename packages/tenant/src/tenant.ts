/** The local tenant: a stand-in for Microsoft Entra ID and Microsoft Graph on one loopback port. */

import fastify, { type FastifyInstance } from 'fastify'
import { clientsOf, type NewSecret, type StartClient } from './config/clients.ts'
import { controlRoutes } from './control/index.ts'
import { createScenarios, type Scenarios } from './control/scenarios/scenarios.ts'
import type { TenantUser } from './directory/directory.ts'
import type { Endpoint } from './endpoint.ts'
import { aliasesOf } from './entra/discovery/clouds.ts'
import { entraRoutes } from './entra/index.ts'
import { userInfoRoutes } from './entra/user-info.ts'
import type { Faults } from './faults/faults.ts'
import { useTransportFaults } from './faults/transport.ts'
import { graphRoutes } from './graph/index.ts'
import { rewriteUrl } from './graph/protocol/paths.ts'
import { serverCertificate } from './https/certificate.ts'
import type { Journal } from './journal.ts'
import type { RotateOptions } from './keys.ts'
import { checkOptions, checkUserCount, type TenantOptions } from './options.ts'
import { refuseForeignHosts } from './own-host.ts'
import { answerUnknown } from './pages/errors.ts'
import { orderRoutes } from './orders/index.ts'
import type { Clock } from './state/clock.ts'
import { createTenantState } from './state/create.ts'
import { manageState, type TenantLifecycle } from './state/lifecycle.ts'
import type { TenantState } from './tenant-state.ts'

export type { Scenarios, ScenarioState } from './control/scenarios/scenarios.ts'
export type { ClientRegistration } from './registry/client.ts'
export type { Endpoint } from './endpoint.ts'
export type { TenantUser } from './directory/directory.ts'
export type { Fault } from './faults/fault.ts'
export type { Faults } from './faults/faults.ts'
export type { Journal, JournalEntry } from './journal.ts'
export type { HttpsFiles, TenantOptions } from './options.ts'
export type { Clock } from './state/clock.ts'
export type { NewSecret } from './config/clients.ts'

export interface Tenant extends TenantLifecycle {
  /** `http://127.0.0.1:PORT`, or what the options say. */
  origin: string
  /** Where it listens: the control page is at `${address}/_tenant`, and at no other name. */
  address: string
  /** The authority's host part: discovery is at `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`. */
  authority: string
  /** `${graphOrigin}/v1.0` */
  graphUrl: string
  /** The origin of `graphUrl`. */
  graphOrigin: string
  /** The file with the certificate that clients have to trust; undefined without https. */
  authorityFile: string | undefined
  /** `${origin}/orders/v1`: a second API, whose tokens are for `api://6f0c2d7e-…`. */
  ordersUrl: string
  tenantId: string
  tenantName: string
  /** The clients that the tenant was started with. */
  clients: readonly StartClient[]
  /** The secrets that were made at this start, for applications that ask for one. */
  newSecrets: readonly NewSecret[]
  /** The time of tokens, codes, secrets and headers; it can be moved. */
  clock: Clock
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
  /** Unlocks an account that wrong passwords have locked (AADSTS50053); without an id, all. */
  unlockUser(id?: string): void
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
 * @param options the content of `tenant.json` as it is, and what only a program can give
 * @throws ConfigError with every key that is wrong, as for `tenant.json`; Error with a sentence in production, for a
 *   state that cannot be used and for a port that is in use
 */
export async function createTenant(options: TenantOptions = {}): Promise<Tenant> {
  checkOptions(options)
  const { origin, graphOrigin } = options
  const certificate = await certificateOf(options)
  const app = newServer(certificate)
  // Before every other hook.
  const aliases = aliasesOf([origin, graphOrigin])
  refuseForeignHosts(app, [origin, graphOrigin, ...aliases])
  const { tenant, newSecrets } = createTenantState(app, options)
  const lifecycle = manageState(app, tenant, options)
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
  await app.register((scope) => controlRoutes(scope, tenant, lifecycle), { prefix: '/_tenant' })
  const listening = await app.listen({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
  })
  tenant.origin = origin ?? listening
  tenant.graphOrigin = graphOrigin ?? tenant.origin
  return publicTenant(tenant, app, {
    ...lifecycle,
    address: listening,
    clients: clientsOf(options),
    newSecrets,
    authorityFile: certificate?.authorityFile,
  })
}

async function certificateOf({ https, origin, graphOrigin }: TenantOptions) {
  if (!https) return undefined
  const origins = [origin, graphOrigin, ...aliasesOf([origin, graphOrigin])]
  return serverCertificate(https === true ? {} : https, origins)
}

function newServer(certificate: { cert: string; key: string } | undefined): FastifyInstance {
  const app = fastify({
    exposeHeadRoutes: false,
    rewriteUrl,
    forceCloseConnections: true,
    bodyLimit: 65_536,
    // MSAL for Python asks for `/common//v2.0/…` by its default authority.
    routerOptions: { maxParamLength: 1_024, caseSensitive: false, ignoreDuplicateSlashes: true },
    ...(certificate && { https: { cert: certificate.cert, key: certificate.key } }),
  })
  // The routes are the same over TLS; the type of Fastify names the server, which no route uses.
  return app
}

function publicTenant(
  tenant: TenantState,
  app: FastifyInstance,
  given: TenantLifecycle & Pick<Tenant, 'address' | 'clients' | 'newSecrets' | 'authorityFile'>,
): Tenant {
  const { origin, graphOrigin, tenantId, tenantName, directory, journal, faults, keys } = tenant
  const { consents, policies } = tenant
  return {
    origin,
    authority: origin,
    graphOrigin,
    graphUrl: `${graphOrigin}/v1.0`,
    ordersUrl: `${origin}/orders/v1`,
    tenantId,
    tenantName,
    ...given,
    clock: tenant.clock,
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
    unlockUser: (id) => tenant.lockouts.unlock(id),
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
