/** Puts clients in the form of `tenant.json` among the tenant's applications: at the start, and while it runs. */

import { localClient } from '../registry/built-in.ts'
import { grantNamed, permissionNamed, permissionsBeside } from '../registry/listed-permissions.ts'
import type { Entry, Registry } from '../registry/registry.ts'
import { applicationOf, clientIdOf } from './applications.ts'
import { closeNames } from './close-names.ts'
import { ConfigError } from './load.ts'
import { keyOf, type ConfigProblem } from './schema-problems.ts'
import type { ConfigClient, ConfigFile } from './schema.ts'

/** A client whose secret was made now. */
export interface NewSecret {
  clientId: string
  name: string
  secret: string
}

/** The clients of a configuration; with none at all, that of a fresh clone. Each with its id. */
export function clientsOf({ clients = [localClient] }: Pick<ConfigFile, 'clients'>): StartClient[] {
  return clients.map((client) => ({ ...client, clientId: clientIdOf(client) }))
}

/** A client that the tenant was started with. */
export type StartClient = ConfigClient & { clientId: string }

/**
 * Adds clients, or replaces those with the same ids, and grants them their application permissions.
 *
 * @param now ms since the epoch
 * @param name of the configuration in the message of the error
 * @throws ConfigError for permissions that no API of the tenant has; nothing is changed then
 */
export function putClients(
  registry: Registry,
  clients: readonly ConfigClient[],
  now: number,
  name = 'The configuration',
): NewSecret[] {
  const before = clients.map((client) => {
    const entry = registry.entry(clientIdOf(client))
    return entry && { ...entry }
  })
  const secrets = clients.flatMap((client) => putClient(registry, client, now))
  // Afterwards: one may list permissions of another.
  const problems = clients.flatMap((client, index) => permissionProblems(registry, client, index))
  if (problems.length > 0) {
    clients.forEach((client, index) => undo(registry, client, before[index]))
    throw new ConfigError(name, problems)
  }
  for (const client of clients) listPermissions(registry, client, now)
  return secrets
}

function putClient(registry: Registry, client: ConfigClient, now: number): NewSecret[] {
  const { application, servicePrincipal, newSecret, postLogoutRedirectUris } = applicationOf(
    client,
    now,
  )
  const { appId: clientId, displayName: name } = application
  const entry = registry.entry(clientId) ?? registry.add(application, [], 0)
  Object.assign(entry, { application, servicePrincipal, postLogoutRedirectUris })
  return newSecret === undefined ? [] : [{ clientId, name, secret: newSecret }]
}

function undo(registry: Registry, client: ConfigClient, before: Entry | undefined): void {
  const entry = registry.entry(clientIdOf(client))
  if (!entry) return
  if (before) Object.assign(entry, before)
  else {
    registry.remove(entry)
    registry.purge(entry)
  }
}

function listPermissions(registry: Registry, client: ConfigClient, now: number): void {
  const { delegatedPermissions, applicationPermissions } = client
  if (client.requiredResourceAccess && !delegatedPermissions && !applicationPermissions) return
  grantNamed(registry, { ...client, clientId: clientIdOf(client) }, now)
}

function permissionProblems(
  registry: Registry,
  { delegatedPermissions = [], applicationPermissions = [] }: ConfigClient,
  index: number,
): ConfigProblem[] {
  const lists = { delegatedPermissions, applicationPermissions }
  return (['delegatedPermissions', 'applicationPermissions'] as const).flatMap((list) =>
    lists[list].flatMap((name, place) => {
      const kind = list === 'delegatedPermissions' ? 'Scope' : 'Role'
      if (permissionNamed(registry, name, kind)) return []
      const [close] = closeNames(name, permissionsBeside(registry, name, kind))
      const hint = close === undefined ? '' : `; did you mean ${close}?`
      const message = `names a permission of this kind which no API of the tenant has${hint}`
      return [{ key: keyOf(['clients', String(index), list, String(place)]), message }]
    }),
  )
}
