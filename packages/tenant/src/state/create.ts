/** Makes the state of the tenants from their options. */

import { assignRoles, grantConsents, userProblems } from '../config/assignments.ts'
import { clientsOf, putClients, type NewSecret } from '../config/clients.ts'
import { ConfigError } from '../config/load.ts'
import { withDomain, withPeople } from '../config/people.ts'
import type { ConfigProblem } from '../config/schema-problems.ts'
import { createDirectory, type TenantUser } from '../directory/directory.ts'
import { generateUsers, groupId, userDomain } from '../directory/generate.ts'
import { createDrives } from '../drives/drives.ts'
import { createUploadSessions } from '../drives/upload-sessions.ts'
import { createBrowsers } from '../entra/authorize/accounts.ts'
import { createDeviceCodes } from '../entra/device/device-codes.ts'
import { createCodes, createConsents } from '../entra/grants.ts'
import { createLockouts } from '../entra/token/smart-lockout.ts'
import { createExtensionProperties } from '../extensions/extension-properties.ts'
import { createFaults } from '../faults/faults.ts'
import { prepareQueries } from '../graph/filter/prepare.ts'
import { createJournal } from '../journal.ts'
import { createKeyRing } from '../keys.ts'
import { optionsName, type TenantOptions } from '../options.ts'
import { createPolicies } from '../policies.ts'
import { localTenantId } from '../registry/built-in.ts'
import { createRegistry } from '../registry/registry.ts'
import { createSeal } from '../seal.ts'
import type { SharedState, TenantState } from '../tenant-state.ts'
import { optionsOfTenants } from '../tenants/configured.ts'
import { elsewhereOf } from '../tenants/foreign-application.ts'
import { createClock } from './clock.ts'

/** A tenant at its start, with the options that are its own. */
export interface CreatedTenant {
  tenant: TenantState
  options: TenantOptions
  newSecrets: readonly NewSecret[]
}

/** @throws ConfigError for users and permissions that do not exist, of all tenants */
export function createTenantStates(options: TenantOptions): CreatedTenant[] {
  const tenants: TenantState[] = []
  const shared = createSharedState(options, tenants)
  const problems: ConfigProblem[] = []
  const all = optionsOfTenants(options).flatMap((own, place) => {
    try {
      const created = createTenantState(shared, own, place > 0)
      tenants.push(created.tenant)
      return [created]
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const prefix = place === 0 ? '' : `tenants[${place - 1}].`
      problems.push(...error.problems.map((one) => ({ ...one, key: `${prefix}${one.key}` })))
      return []
    }
  })
  if (problems.length > 0) throw new ConfigError(optionsName, problems)
  // Afterwards: one may consent to a client of another.
  const clients = all.flatMap((one) => clientsOf(one.options))
  for (const one of all) grantConsents(one.tenant, one.options, clients)
  return all
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

/** @throws ConfigError */
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
  const registry = createRegistry(now(), elsewhereOf(tenants, tenantId), salt)
  const newSecrets = putClients(registry, clientsOf(options), now(), optionsName)
  const drives = createDrives(now)
  const tenant: TenantState = {
    ...shared,
    get graphOrigin() {
      return registry.graphOrigin
    },
    set graphOrigin(origin) {
      registry.graphOrigin = origin
    },
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
    lockouts: createLockouts(now),
    policies: createPolicies(),
  }
  const problems = userProblems(tenant, options)
  if (problems.length > 0) throw new ConfigError(optionsName, problems)
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
