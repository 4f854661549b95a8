/** The local tenant: a stand-in for Microsoft Entra ID and Microsoft Graph on one loopback port. */

import fastify, { type FastifyInstance } from 'fastify'
import type { NewSecret } from './config/clients.ts'
import { controlRoutes } from './control/index.ts'
import { aliasesOf } from './entra/discovery/clouds.ts'
import { entraRoutes } from './entra/index.ts'
import { userInfoRoutes } from './entra/user-info.ts'
import type { Faults } from './faults/faults.ts'
import { useTransportFaults } from './faults/transport.ts'
import { graphRoutes } from './graph/index.ts'
import { storageRoutes } from './graph/drives/files/storage.ts'
import { rewriteUrl } from './graph/protocol/paths.ts'
import { serverCertificate } from './https/certificate.ts'
import type { Journal } from './journal.ts'
import type { RotateOptions } from './keys.ts'
import { checkOptions, type TenantOptions } from './options.ts'
import { refuseForeignHosts } from './own-host.ts'
import { answerUnknown } from './pages/errors.ts'
import { orderRoutes } from './orders/index.ts'
import type { Clock } from './state/clock.ts'
import { createTenantStates, type CreatedTenant } from './state/create.ts'
import { lockState } from './state/lock.ts'
import { manageState, type ManagedState, type TenantLifecycle } from './state/lifecycle.ts'
import type { TenantState } from './tenant-state.ts'
import { handOn, tenantOfRequest, type TenantServer } from './tenants/front.ts'
import { tenantHandle, type TenantHandle } from './tenants/handle.ts'

export type { Scenarios, ScenarioState } from './control/scenarios/scenarios.ts'
export type { ClientRegistration } from './registry/client.ts'
export type { Endpoint } from './endpoint.ts'
export type { TenantUser } from './directory/directory.ts'
export type { Fault } from './faults/fault.ts'
export type { Faults } from './faults/faults.ts'
export type { Journal, JournalEntry } from './journal.ts'
export type { FurtherTenant, HttpsFiles, TenantOptions } from './options.ts'
export type { Clock } from './state/clock.ts'
export type { NewSecret } from './config/clients.ts'
export type { TenantHandle } from './tenants/handle.ts'

export interface Tenant extends TenantHandle, TenantLifecycle {
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
  /** The secrets that were made at this start, for applications that ask for one. */
  newSecrets: readonly NewSecret[]
  /** The time of tokens, codes, secrets and headers; it can be moved. */
  clock: Clock
  journal: Journal
  faults: Faults
  /** Every tenant on the port; the first has the members of this object. */
  tenants: readonly TenantHandle[]
  /** Makes a new signing key. The old one leaves the JWKS, unless `keepOld` is set. Graph accepts both. */
  rotateKeys(options?: RotateOptions): void
  close(): Promise<void>
}

/**
 * Starts a tenant, and those beside it, and listens.
 *
 * @param options the content of `tenant.json` as it is, and what only a program can give
 * @throws ConfigError with every key that is wrong, as for `tenant.json`; Error with a sentence in production, for a
 *   state that cannot be used or that another tenant keeps, and for a port that is in use
 */
export async function createTenant(options: TenantOptions = {}): Promise<Tenant> {
  checkOptions(options)
  const release = options.state === undefined ? () => undefined : lockState(options.state)
  try {
    return await startTenant(options, release)
  } catch (error) {
    release()
    throw error
  }
}

/** @param release lets another tenant have the state file */
async function startTenant(options: TenantOptions, release: () => void): Promise<Tenant> {
  const { origin, graphOrigin } = options
  const certificate = await certificateOf(options)
  const created = createTenantStates(options)
  const state = manageState(created)
  const app = newServer(certificate)
  // Before every other hook.
  refuseForeignHosts(app, [origin, graphOrigin, ...aliasesOf([origin, graphOrigin])])
  const [first, ...further] = created.map(({ tenant }) => tenant)
  if (!first) throw new Error('There is no tenant.')
  handOn(app, [
    { tenant: first, server: () => Promise.resolve(app) },
    ...further.map((tenant) => furtherServer(app, tenant, state)),
  ])
  await serve(app, first, state)
  const listening = await app.listen({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
  })
  const origins = { origin: origin ?? listening, graphOrigin: graphOrigin ?? origin ?? listening }
  for (const { tenant } of created) Object.assign(tenant, origins)
  return publicTenant(created, {
    ...state.lifecycle,
    address: listening,
    authorityFile: certificate?.authorityFile,
    close: () => app.close().finally(release),
  })
}

/** The server of a further tenant is made at its first request: until then, the tenant costs nothing but its people. */
function furtherServer(
  first: FastifyInstance,
  tenant: TenantState,
  state: ManagedState,
): TenantServer {
  let made: Promise<FastifyInstance> | undefined
  const make = async () => {
    const app = newServer()
    await serve(app, tenant, state)
    await app.ready()
    return app
  }
  first.addHook('onClose', async () => (await made)?.close())
  return { tenant, server: () => (made ??= make()) }
}

/** Registers the hooks and the routes of one tenant. */
async function serve(
  app: FastifyInstance,
  tenant: TenantState,
  { lifecycle, file }: ManagedState,
): Promise<void> {
  tenant.journal.watch(app, (request) => tenantOfRequest(tenant, request))
  // At each server: only that of the tenant knows whether a failure was used up.
  file?.watch(app)
  // The tokens and the answers have the same clock.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('date', new Date(tenant.now()).toUTCString())
  })
  useTransportFaults(app, tenant.faults)
  answerUnknown(app)
  await app.register((scope) => entraRoutes(scope, tenant))
  await app.register((scope) => userInfoRoutes(scope, tenant))
  await app.register((scope) => graphRoutes(scope, tenant), { prefix: '/v1.0' })
  await app.register((scope) => storageRoutes(scope, tenant))
  await app.register((scope) => orderRoutes(scope, tenant), { prefix: '/orders/v1' })
  await app.register((scope) => controlRoutes(scope, tenant, lifecycle), { prefix: '/_tenant' })
}

async function certificateOf({ https, origin, graphOrigin }: TenantOptions) {
  if (!https) return undefined
  const origins = [origin, graphOrigin, ...aliasesOf([origin, graphOrigin])]
  return serverCertificate(https === true ? {} : https, origins)
}

function newServer(certificate?: { cert: string; key: string }): FastifyInstance {
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
  created: readonly CreatedTenant[],
  given: TenantLifecycle & Pick<Tenant, 'address' | 'authorityFile' | 'close'>,
): Tenant {
  const tenants = created.map(tenantHandle)
  const [first] = tenants
  const [shared] = created.map(({ tenant }) => tenant)
  if (!first || !shared) throw new Error('There is no tenant.')
  const { origin, graphOrigin, clock, journal, faults, keys } = shared
  return {
    ...first,
    get users() {
      return first.users
    },
    ...given,
    origin,
    authority: origin,
    graphOrigin,
    graphUrl: `${graphOrigin}/v1.0`,
    ordersUrl: `${origin}/orders/v1`,
    newSecrets: created.flatMap(({ newSecrets }) => newSecrets),
    clock,
    journal,
    faults,
    tenants,
    rotateKeys: (options) => keys.rotate(options),
  }
}
