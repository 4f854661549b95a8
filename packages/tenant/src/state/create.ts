/** Makes the state of the tenants from their options. */

import { applicationOf, clientIdOf, type ConfiguredApplication } from '../config/applications.ts'
import {
  configuredGroups,
  groupId as configuredGroupId,
  withDomain,
  withPeople,
} from '../config/people.ts'
import type { ConfigClient } from '../config/schema.ts'
import { createDirectory, type TenantUser } from '../directory/directory.ts'
import { generateUsers, groupId, userDomain } from '../directory/generate.ts'
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
import type { SharedState, TenantState } from '../tenant-state.ts'
import { optionsOfTenants } from '../tenants/configured.ts'
import { elsewhereOf } from '../tenants/foreign-application.ts'
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

/** A tenant at its start, with the options that are its own. */
export interface CreatedTenant {
  tenant: TenantState
  options: TenantOptions
  newSecrets: readonly NewSecret[]
}

/** @throws Error with a sentence for people and consents that name what does not exist */
export function createTenantStates(options: TenantOptions): CreatedTenant[] {
  const tenants: TenantState[] = []
  const shared = createSharedState(options, tenants)
  const all = optionsOfTenants(options).map((own) => {
    const created = createTenantState(shared, own, own !== options)
    requireOwnClients(tenants, created.tenant)
    tenants.push(created.tenant)
    return created
  })
  // Afterwards: one may consent to a client of another.
  const applications = all.flatMap((one) => one.options.applications ?? [])
  for (const one of all) grantConsents(one.tenant, one.options, applications)
  return all
}

/** @throws Error with a sentence for a client that another tenant on the port has registered */
function requireOwnClients(others: readonly TenantState[], { registry }: TenantState): void {
  for (const { clientId, name } of registry.clients()) {
    if (!others.some((other) => other.registry.entry(clientId)?.isRegistered)) continue
    throw new Error(`The client ${clientId} (${name}) is registered in two tenants.`)
  }
}

function createSharedState(options: TenantOptions, tenants: readonly TenantState[]): SharedState {
  const clock = createClock(options.now ?? Date.now)
  const { now } = clock
  return {
    origin: '',
    graphOrigin: '',
    now,
    clock,
    keys: createKeyRing(),
    seal: createSeal(),
    journal: createJournal(now),
    faults: createFaults(),
    browsers: createBrowsers(),
    codes: createCodes(),
    deviceCodes: createDeviceCodes(options.deviceCodeInterval),
    challengeableLifetime: options.challengeableLifetime ?? 24 * 3600,
    issParameter: options.issParameter ?? false,
    tenants,
  }
}

function createTenantState(
  shared: SharedState,
  options: TenantOptions,
  isFurther: boolean,
): CreatedTenant {
  const { now, tenants } = shared
  const tenantId = (options.tenantId ?? localTenantId).toLowerCase()
  // The ids of the first tenant are those that it has alone.
  const salt = isFurther ? ` ${tenantId}` : ''
  const domain = options.domain ?? userDomain
  let generated = 0
  const registry = createRegistry(clientsOf(options), now(), elsewhereOf(tenants, tenantId), salt)
  const newSecrets = addApplications(registry, options, now())
  const drives = createDrives(now)
  const tenant: TenantState = {
    ...shared,
    tenantId,
    tenantName: options.tenantName ?? 'Local tenant',
    domain,
    registry,
    directory: createDirectory(
      (count) => usersOf(options, { domain, salt }, (generated = count)),
      options.users ?? 250,
      now,
      salt,
    ),
    drives,
    uploads: createUploadSessions(now, drives.reserve),
    extensionProperties: createExtensionProperties(),
    generatedUsers: () => generated,
    consents: createConsents(),
    policies: createPolicies(),
  }
  assignRoles(tenant, options)
  return { tenant, options, newSecrets }
}

function usersOf(
  options: TenantOptions,
  { domain, salt }: { domain: string; salt: string },
  count: number,
): readonly TenantUser[] {
  const { patchUsers } = options
  const generated = withGroups(withDomain(generateUsers(count, options.seed), domain), salt)
  const patched = patchUsers
    ? generated.map((user, index) => ({ ...user, ...patchUsers[index] }))
    : generated
  return prepareQueries(withPeople(patched, options))
}

/** The generated users in the groups of a further tenant, whose ids are its own. */
function withGroups(users: readonly TenantUser[], salt: string): readonly TenantUser[] {
  if (salt === '') return users
  return users.map((user) => ({
    ...user,
    groups: user.groups.map((_, place) => groupId(place, salt)),
  }))
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
      : { principalId: configuredGroupId(groups, group ?? ''), principalType: 'Group' as const }
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

/** @param all the applications of all tenants, which their own come before */
function grantConsents(
  tenant: TenantState,
  { consents = [], applications = [] }: TenantOptions,
  all: readonly ConfigClient[],
): void {
  for (const { client: wanted, scopes, user: userName } of consents) {
    const client = [...applications, ...all].find(
      (one) => one.name.toLowerCase() === wanted.toLowerCase() || one.clientId === wanted,
    )
    const clientId = client ? clientIdOf(client) : wanted.toLowerCase()
    tenant.registry.admit(clientId)
    if (userName === undefined) tenant.consents.grantForAll(clientId, scopes)
    else {
      const user = tenant.directory.byIdOrName(userName)
      if (!user) throw new Error(`A consent names "${userName}", who is no user of this tenant.`)
      tenant.consents.grant(user.id, clientId, scopes)
    }
  }
}
