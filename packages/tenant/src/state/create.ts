/** Makes the state of a tenant from its options. */

import type { FastifyInstance } from 'fastify'
import { applicationOf, clientIdOf, type ConfiguredApplication } from '../config/applications.ts'
import { withDomain, withPeople } from '../config/people.ts'
import { createDirectory, type TenantUser } from '../directory/directory.ts'
import { generateUsers, userDomain } from '../directory/generate.ts'
import { createBrowsers } from '../entra/authorize/accounts.ts'
import { createDeviceCodes } from '../entra/device/device-codes.ts'
import { createCodes, createConsents } from '../entra/grants.ts'
import { createFaults } from '../faults/faults.ts'
import { prepareQueries } from '../graph/directory.ts'
import { createJournal } from '../journal.ts'
import { createKeyRing } from '../keys.ts'
import type { TenantOptions } from '../options.ts'
import { createPolicies } from '../policies.ts'
import { localClient, localTenantId } from '../registry/built-in.ts'
import type { ClientRegistration } from '../registry/client.ts'
import { createRegistry, type Registry } from '../registry/registry.ts'
import { createSeal } from '../seal.ts'
import type { TenantState } from '../tenant-state.ts'
import { createClock } from './clock.ts'

/** A client whose secret was made at this start. */
export interface NewSecret {
  clientId: string
  name: string
  secret: string
}

/** The clients of the options; with none at all, that of a fresh clone. */
export function clientsOf({ clients, applications }: TenantOptions): readonly ClientRegistration[] {
  return clients ?? (applications === undefined ? [localClient] : [])
}

/** @throws Error with a sentence for people and consents that name what does not exist */
export function createTenantState(app: FastifyInstance, options: TenantOptions) {
  const clock = createClock(options.now ?? Date.now)
  const { now } = clock
  const domain = options.domain ?? userDomain
  const registry = createRegistry(clientsOf(options), now())
  const newSecrets = addApplications(registry, options, now())
  const tenant: TenantState = {
    origin: '',
    graphOrigin: '',
    tenantId: (options.tenantId ?? localTenantId).toLowerCase(),
    tenantName: options.tenantName ?? 'Local tenant',
    domain,
    registry,
    directory: createDirectory(
      (count) => usersOf(options, domain, count),
      options.users ?? 250,
      now,
    ),
    now,
    clock,
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
  grantConsents(tenant, options)
  return { tenant, newSecrets }
}

function usersOf(options: TenantOptions, domain: string, count: number): readonly TenantUser[] {
  const { patchUsers } = options
  const generated = withDomain(generateUsers(count), domain)
  const patched = patchUsers
    ? generated.map((user, index) => ({ ...user, ...patchUsers[index] }))
    : generated
  return prepareQueries(withPeople(patched, options))
}

function addApplications(registry: Registry, options: TenantOptions, now: number): NewSecret[] {
  return (options.applications ?? []).flatMap((client) => {
    const made = applicationOf(client, now)
    addApplication(registry, made)
    const { newSecret: secret, application } = made
    return secret === undefined
      ? []
      : [{ clientId: application.appId, name: application.displayName, secret }]
  })
}

function addApplication(registry: Registry, made: ConfiguredApplication): void {
  const { application, servicePrincipal, postLogoutRedirectUris } = made
  const entry = registry.add(application, undefined, 0)
  entry.servicePrincipal = servicePrincipal
  entry.fixed = { postLogoutRedirectUris }
}

function grantConsents(tenant: TenantState, { consents = [], applications = [] }: TenantOptions) {
  for (const { client: wanted, scopes, user: userName } of consents) {
    const client = applications.find(
      (one) => one.name.toLowerCase() === wanted.toLowerCase() || one.clientId === wanted,
    )
    const clientId = client ? clientIdOf(client) : wanted.toLowerCase()
    if (userName === undefined) tenant.consents.grantForAll(clientId, scopes)
    else {
      const user = tenant.directory.byIdOrName(userName)
      if (!user) throw new Error(`A consent names "${userName}", who is no user of this tenant.`)
      tenant.consents.grant(user.id, clientId, scopes)
    }
  }
}
