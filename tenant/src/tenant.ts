/** The local tenant: a stand-in for Microsoft Entra ID and Microsoft Graph on one loopback port. */

import fastify, { type FastifyInstance } from 'fastify'
import type { ClientRegistration } from './clients.ts'
import { controlRoutes } from './control/index.ts'
import { createDirectory } from './directory/directory.ts'
import { generateUsers } from './directory/generate.ts'
import type { TenantUser } from './directory/user.ts'
import { createBrowsers } from './entra/browser-accounts.ts'
import { createCodes } from './entra/codes.ts'
import { createConsents } from './entra/consents.ts'
import { entraRoutes } from './entra/index.ts'
import { createFaults, type Faults } from './faults/faults.ts'
import { useTransportFaults } from './faults/transport.ts'
import { graphRoutes } from './graph/index.ts'
import { createJournal, type Journal } from './journal.ts'
import { createKeyRing, type RotateOptions } from './keys/key-ring.ts'
import { localClient, localTenantId } from './local-client.ts'
import { checkOptions, type TenantOptions } from './options.ts'
import { answerUnknown } from './pages/not-found.ts'
import { createSeal } from './seal.ts'
import type { World } from './world.ts'

export type { ClientRegistration } from './clients.ts'
export type { TenantUser } from './directory/user.ts'
export type { Fault } from './faults/fault.ts'
export type { Faults } from './faults/faults.ts'
export type { Journal, JournalEntry } from './journal.ts'
export type { TenantOptions } from './options.ts'

export interface Tenant {
  /** `http://127.0.0.1:PORT` */
  origin: string
  /** The authority's host part: discovery is at `${authority}/${tenantId}/v2.0/.well-known/openid-configuration`. */
  authority: string
  /** `${origin}/v1.0` */
  graphUrl: string
  tenantId: string
  tenantName: string
  clients: readonly ClientRegistration[]
  users: readonly TenantUser[]
  journal: Journal
  faults: Faults
  /** A new signing key; the old one leaves the JWKS, unless it is kept. Graph knows both. */
  rotateKeys(options?: RotateOptions): void
  /** Ends the user's refresh tokens: they answer AADSTS50173 from now on. */
  revokeUser(id: string): void
  /** The user can neither sign in nor refresh any more: AADSTS50057. */
  disableUser(id: string): void
  close(): Promise<void>
}

/**
 * Starts a tenant and listens.
 *
 * @throws Error with a sentence in production, for an address beyond loopback, and for a port that is taken
 */
export async function createTenant(options: TenantOptions = {}): Promise<Tenant> {
  checkOptions(options)
  const app = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    bodyLimit: 65_536,
    routerOptions: { maxParamLength: 1_024, caseSensitive: false },
  })
  const world = createWorld(app, options)
  useTransportFaults(app, world.faults)
  answerUnknown(app)
  await app.register((scope) => entraRoutes(scope, world))
  await app.register((scope) => graphRoutes(scope, world), { prefix: '/v1.0' })
  await app.register((scope) => controlRoutes(scope, world), { prefix: '/_tenant' })
  world.origin = await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  return tenantOf(world, app)
}

function createWorld(app: FastifyInstance, options: TenantOptions): World {
  const now = options.now ?? Date.now
  return {
    origin: '',
    tenantId: (options.tenantId ?? localTenantId).toLowerCase(),
    tenantName: options.tenantName ?? 'Local tenant',
    clients: options.clients ?? [localClient],
    directory: createDirectory(usersOf(options)),
    now,
    keys: createKeyRing(),
    seal: createSeal(),
    journal: createJournal(app, now),
    faults: createFaults(),
    browsers: createBrowsers(),
    codes: createCodes(),
    consents: createConsents(),
    issParameter: options.issParameter ?? false,
  }
}

function usersOf({ users = 250, patchUsers }: TenantOptions): readonly TenantUser[] {
  const generated = generateUsers(users)
  if (!patchUsers) return generated
  return generated.map((user, index) => ({ ...user, ...patchUsers[index] }))
}

function tenantOf(world: World, app: FastifyInstance): Tenant {
  const { origin, tenantId, tenantName, clients, directory, journal, faults, keys } = world
  return {
    origin,
    authority: origin,
    graphUrl: `${origin}/v1.0`,
    tenantId,
    tenantName,
    clients,
    users: directory.users,
    journal,
    faults,
    rotateKeys: (options) => keys.rotate(options),
    revokeUser: (id) => directory.revoke(id),
    disableUser: (id) => directory.disable(id),
    close: () => app.close(),
  }
}
