/** The state of a tenant from its start to its end: restored from a file, exported, imported, and reset. */

import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { clientIdOf } from '../config/applications.ts'
import { clientsOf, putClients } from '../config/clients.ts'
import { configuredGroups, type PeopleConfig } from '../config/people.ts'
import { newGroup } from '../directory/groups.ts'
import { createBrowsers } from '../entra/authorize/accounts.ts'
import { keptJournal } from '../journal/kept.ts'
import type { TenantOptions } from '../options.ts'
import { graphTime } from '../registry/application.ts'
import type { TenantState } from '../tenant-state.ts'
import { keepState, readState } from './file.ts'
import { restoreSnapshot, snapshotProblem, takeSnapshot, type Snapshot } from './snapshot.ts'

export interface TenantLifecycle {
  /** Everything, with keys and secrets, as plain JSON. */
  exportState(): Snapshot
  /** Takes the place of everything. @throws Error with a sentence if it is no export of this version; nothing is changed then */
  importState(value: unknown): void
  /** Goes back to the start: people, applications, consents, policies, scenarios, clock and journal. Keys stay. */
  reset(): void
}

/**
 * Restores what a file or an export has, and writes changes to the file from then on.
 *
 * @throws Error with a sentence if one of them cannot be used
 */
export function manageState(
  app: FastifyInstance,
  tenant: TenantState,
  options: TenantOptions,
): TenantLifecycle {
  const configured = fingerprints(options)
  addGroups(tenant, options)
  const initial = structuredClone(takeSnapshot(tenant, configured, false))
  const { state: file, resetState = false, snapshot } = options
  const saved = file === undefined || resetState ? undefined : readState(file)
  if (snapshot !== undefined) restore(tenant, snapshot)
  else if (saved) {
    restoreSnapshot(tenant, saved)
    applyConfiguration(tenant, options, saved.configured)
    tenant.journal.restore(saved.journal ?? [])
  }
  const exportState = () => takeSnapshot(tenant, configured)
  if (file !== undefined) {
    const kept = () => ({ ...exportState(), journal: keptJournal(tenant.journal.entries()) })
    keepState(app, file, kept, (sentence) => process.emitWarning(sentence))
  }
  return {
    exportState,
    importState: (value) => restore(tenant, value),
    reset() {
      restoreSnapshot(tenant, structuredClone(initial))
      // Who is signed in at the tenant's pages would come back without a sign-in.
      tenant.browsers = createBrowsers()
      tenant.lockouts.unlock()
      tenant.journal.clear()
    },
  }
}

/** @throws Error with a sentence */
function restore(tenant: TenantState, value: unknown): void {
  const problem = snapshotProblem(value)
  if (problem !== undefined) throw new Error(`The export cannot be used: ${problem}.`)
  // It has just been checked.
  restoreSnapshot(tenant, value as Snapshot)
}

/** Of what the configuration says about each application, by its id. */
function fingerprints(options: TenantOptions): Record<string, string> {
  return Object.fromEntries(
    clientsOf(options).map((client) => [
      clientIdOf(client),
      createHash('sha256').update(JSON.stringify(client)).digest('base64url'),
    ]),
  )
}

/** The groups of the configuration, with their names. */
function addGroups({ directory, now }: TenantState, config: PeopleConfig): void {
  for (const { id, displayName, description = null } of configuredGroups(config)) {
    const known = directory.group(id)
    const base = newGroup(id, displayName, known?.createdDateTime ?? graphTime(now()))
    const mailNickname = displayName.replace(/[^A-Za-z0-9]/g, '') || id.slice(0, 8)
    directory.putGroup({ ...base, description, mailNickname, securityEnabled: true })
  }
}

/** What the configuration says anew, since the state was kept, comes before the state. */
function applyConfiguration(
  { registry, now }: TenantState,
  options: TenantOptions,
  before: Readonly<Record<string, string>>,
): void {
  const latest = fingerprints(options)
  const changed = clientsOf(options).filter((client) => {
    const id = clientIdOf(client)
    return !registry.entry(id) || before[id] !== latest[id]
  })
  putClients(registry, changed, now())
}
