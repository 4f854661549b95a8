/** The state of the tenants from their start to their end: restored from a file, exported, imported, and reset. */

import { createHash } from 'node:crypto'
import { clientIdOf } from '../config/applications.ts'
import { clientsOf, putClients } from '../config/clients.ts'
import { configuredGroups, type PeopleConfig } from '../config/people.ts'
import { newGroup } from '../directory/groups.ts'
import { keptJournal } from '../journal/kept.ts'
import type { TenantOptions } from '../options.ts'
import { graphTime } from '../registry/application.ts'
import type { TenantState } from '../tenant-state.ts'
import type { CreatedTenant } from './create.ts'
import { exportProblem, exportTenants, restoreTenants } from './export.ts'
import { keepState, readState, type StateFile } from './file.ts'
import type { Snapshot } from './snapshot.ts'

export interface TenantLifecycle {
  /** Everything, with keys and secrets, as plain JSON. */
  exportState(): Snapshot
  /** Takes the place of everything. @throws Error with a sentence if it is no export of this version; nothing is changed then */
  importState(value: unknown): void
  /** Goes back to the start: people, applications, consents, policies, scenarios, clock and journal. Keys stay. */
  reset(): void
}

/** What manages the state, and how the servers of the tenants tell it that something may have changed. */
export interface ManagedState {
  lifecycle: TenantLifecycle
  /** Undefined without a file. */
  file: StateFile | undefined
}

/**
 * Restores what a file or an export has, and writes changes to the file from then on.
 *
 * @param created all tenants; the first has the options that are for all
 * @throws Error with a sentence if one of them cannot be used
 */
export function manageState(created: readonly CreatedTenant[]): ManagedState {
  const tenants = created.map(({ tenant }) => tenant)
  const configured = created.map(({ options }) => fingerprints(options))
  for (const { tenant, options } of created) addGroups(tenant, options)
  const initial = structuredClone(exportTenants(tenants, configured, false))
  const [first] = created
  const { state: path, resetState = false, snapshot } = first?.options ?? {}
  const saved = path === undefined || resetState ? undefined : readState(path)
  if (snapshot !== undefined) restore(tenants, snapshot, initial)
  else if (saved) restoreFile(created, saved, initial)
  const exportState = () => exportTenants(tenants, configured)
  const kept = () => ({
    ...exportState(),
    journal: keptJournal(first?.tenant.journal.entries() ?? []),
  })
  return {
    file: path === undefined ? undefined : keepState(path, kept, warn),
    lifecycle: {
      exportState,
      importState: (value) => restore(tenants, value, initial),
      reset() {
        restoreTenants(structuredClone(initial), tenants, initial)
        forget(tenants)
        for (const { uploads } of tenants) uploads.clear()
      },
    },
  }
}

function warn(sentence: string): void {
  process.emitWarning(sentence)
}

/** What is not in an export. */
function forget(tenants: readonly TenantState[]): void {
  for (const { lockouts } of tenants) lockouts.unlock()
  const [first] = tenants
  // Who is signed in at the tenant's pages would come back without a sign-in.
  first?.browsers.clear()
  first?.journal.clear()
}

/** @throws Error with a sentence */
function restore(tenants: readonly TenantState[], value: unknown, initial: Snapshot): void {
  const problem = exportProblem(value, tenants)
  if (problem !== undefined) throw new Error(`The export cannot be used: ${problem}.`)
  // It has just been checked.
  restoreTenants(value as Snapshot, tenants, structuredClone(initial))
}

/** A tenant that is not configured any more is left out, and one that is new stays as at its start. */
function restoreFile(created: readonly CreatedTenant[], saved: Snapshot, initial: Snapshot): void {
  const tenants = created.map(({ tenant }) => tenant)
  const kept = (saved.tenants as Snapshot[] | undefined)?.filter(({ tenantId }) =>
    tenants.some((tenant) => tenant.tenantId === tenantId),
  )
  restoreTenants({ ...saved, ...(kept && { tenants: kept }) }, tenants, structuredClone(initial))
  for (const [place, { tenant, options }] of created.entries()) {
    const own = place === 0 ? saved : kept?.find(({ tenantId }) => tenantId === tenant.tenantId)
    applyConfiguration(tenant, options, own?.configured ?? {})
  }
  created[0]?.tenant.journal.restore(saved.journal ?? [])
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
