/** Makes the state of a tenant from its options. */

import type { FastifyInstance } from 'fastify'
import { assignRoles, grantConsents, userProblems } from '../config/assignments.ts'
import { clientsOf, putClients } from '../config/clients.ts'
import { ConfigError } from '../config/load.ts'
import { withDomain, withPeople } from '../config/people.ts'
import { createDirectory, type TenantUser } from '../directory/directory.ts'
import { generateUsers, userDomain } from '../directory/generate.ts'
import { createBrowsers } from '../entra/authorize/accounts.ts'
import { createDeviceCodes } from '../entra/device/device-codes.ts'
import { createCodes, createConsents } from '../entra/grants.ts'
import { createLockouts } from '../entra/token/smart-lockout.ts'
import { createFaults } from '../faults/faults.ts'
import { prepareQueries } from '../graph/filter/prepare.ts'
import { createJournal } from '../journal.ts'
import { createKeyRing } from '../keys.ts'
import { optionsName, type TenantOptions } from '../options.ts'
import { createPolicies } from '../policies.ts'
import { localTenantId } from '../registry/built-in.ts'
import { createRegistry } from '../registry/registry.ts'
import { createSeal } from '../seal.ts'
import type { TenantState } from '../tenant-state.ts'
import { createClock } from './clock.ts'

/** @throws ConfigError for users and permissions that do not exist */
export function createTenantState(app: FastifyInstance, options: TenantOptions) {
  const clock = createClock(options.now ?? Date.now)
  const { now } = clock
  const domain = options.domain ?? userDomain
  let generated = 0
  const registry = createRegistry(now())
  const newSecrets = putClients(registry, clientsOf(options), now(), optionsName)
  const tenant: TenantState = {
    origin: '',
    get graphOrigin() {
      return registry.graphOrigin
    },
    set graphOrigin(origin) {
      registry.graphOrigin = origin
    },
    tenantId: (options.tenantId ?? localTenantId).toLowerCase(),
    tenantName: options.tenantName ?? 'Local tenant',
    domain,
    registry,
    directory: createDirectory(
      (count) => usersOf(options, domain, (generated = count)),
      options.users ?? 250,
      now,
    ),
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
    lockouts: createLockouts(now),
    policies: createPolicies(),
    challengeableLifetime: options.challengeableLifetime ?? 24 * 3600,
    issParameter: options.issParameter ?? false,
  }
  const problems = userProblems(tenant, options)
  if (problems.length > 0) throw new ConfigError(optionsName, problems)
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
