/** Makes the state of a tenant from its options. */

import type { FastifyInstance } from 'fastify'
import { applicationOf, clientIdOf, type ConfiguredApplication } from '../config/applications.ts'
import { configuredGroups, groupId, withDomain, withPeople } from '../config/people.ts'
import type { ConfigClient } from '../config/schema.ts'
import { createDirectory, type TenantUser } from '../directory/directory.ts'
import { generateUsers, userDomain } from '../directory/generate.ts'
import { createDrives } from '../drives/drives.ts'
import { createUploadSessions } from '../drives/upload-sessions.ts'
import { createBrowsers } from '../entra/authorize/accounts.ts'
import { createDeviceCodes } from '../entra/device/device-codes.ts'
import { createCodes, createConsents } from '../entra/grants.ts'
import { createExtensionProperties } from '../extensions/extension-properties.ts'
import { createFaults } from '../faults/faults.ts'
import { prepareQueries } from '../graph/filter/prepare.ts'
import { createJournal } from '../journal.ts'
import { createKeyRing } from '../keys.ts'
import type { TenantOptions } from '../options.ts'
import { createPolicies } from '../policies.ts'
import { assignAppRole } from '../registry/app-role-assignments.ts'
import { localClient, localTenantId } from '../registry/built-in.ts'
import type { ClientRegistration } from '../registry/client.ts'
import { grantRegistered } from '../registry/listed-permissions.ts'
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
  let generated = 0
  const registry = createRegistry(clientsOf(options), now())
  const newSecrets = addApplications(registry, options, now())
  const drives = createDrives(now)
  const tenant: TenantState = {
    origin: '',
    graphOrigin: '',
    tenantId: (options.tenantId ?? localTenantId).toLowerCase(),
    tenantName: options.tenantName ?? 'Local tenant',
    domain,
    registry,
    directory: createDirectory(
      (count) => usersOf(options, domain, (generated = count)),
      options.users ?? 250,
      now,
    ),
    drives,
    uploads: createUploadSessions(now, drives.reserve),
    extensionProperties: createExtensionProperties(),
    generatedUsers: () => generated,
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
  assignRoles(tenant, options)
  grantConsents(tenant, options)
  return { tenant, newSecrets }
}

function usersOf(options: TenantOptions, domain: string, count: number): readonly TenantUser[] {
  const { patchUsers } = options
  const generated = withDomain(generateUsers(count, options.seed), domain)
  const patched = patchUsers
    ? generated.map((user, index) => ({ ...user, ...patchUsers[index] }))
    : generated
  return prepareQueries(withPeople(patched, options))
}

function addApplications(registry: Registry, options: TenantOptions, now: number): NewSecret[] {
  const { applications = [] } = options
  const made = applications.map((client) => applicationOf(client, now))
  for (const one of made) addApplication(registry, one)
  // Afterwards: one may list permissions of another.
  for (const client of applications) listPermissions(registry, client, now)
  return made.flatMap(({ newSecret: secret, application }) =>
    secret === undefined
      ? []
      : [{ clientId: application.appId, name: application.displayName, secret }],
  )
}

/** @throws Error with a sentence for a permission that no API has */
function listPermissions(registry: Registry, client: ConfigClient, now: number): void {
  const { name, delegatedPermissions, applicationPermissions } = client
  if (client.requiredResourceAccess && !delegatedPermissions && !applicationPermissions) return
  const listed = {
    ...(delegatedPermissions && { delegatedPermissions }),
    ...(applicationPermissions && { applicationPermissions }),
  }
  grantRegistered(
    registry,
    { clientId: clientIdOf(client), name, redirectUris: [], ...listed },
    now,
  )
}

/** Grants the app roles of the configuration, at every application that defines them. */
function assignRoles(tenant: TenantState, options: TenantOptions): void {
  const { registry, directory } = tenant
  const groups = configuredGroups(options)
  for (const { role, user: name, group } of options.appRoleAssignments ?? []) {
    const user = name === undefined ? undefined : directory.byIdOrName(name)
    if (name !== undefined && !user) {
      throw new Error(`The role "${role}" names "${name}", who is no user of this tenant.`)
    }
    const principal = user
      ? { principalId: user.id, principalType: 'User' as const }
      : { principalId: groupId(groups, group ?? ''), principalType: 'Group' as const }
    for (const entry of registry.entries()) {
      const found = entry.application.appRoles.find(({ value }) => value === role)
      if (found && entry.isRegistered) {
        assignAppRole(entry, { appRoleId: found.id, ...principal }, tenant.now())
      }
    }
  }
}

function addApplication(registry: Registry, made: ConfiguredApplication): void {
  const { application, servicePrincipal, postLogoutRedirectUris } = made
  const entry = registry.add(application, [], 0)
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
