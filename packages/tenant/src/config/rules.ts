/** The rules of `tenant.json` between keys, and those that no schema can say. */

import { isLoopback } from '../own-host.ts'
import { isAllowedRedirectUri, type Platform } from '../registry/redirect-uri.ts'
import { firstPartyApplications } from '../registry/built-in.ts'
import { clientIdOf } from './applications.ts'
import { keyOf, type ConfigProblem } from './schema-problems.ts'
import type { ConfigClient, ConfigFile, ConfigTenant } from './schema.ts'
import { clientsOfTenants, sharedProblems } from './tenant-rules.ts'

/** Everything that is wrong with a configuration whose keys fit the schema. */
export function ruleProblems(config: ConfigFile): ConfigProblem[] {
  const { tenants = [] } = config
  const clients = clientsOfTenants(config)
  return [
    ...addressProblems(config),
    ...[config, ...tenants].flatMap((tenant, place) => {
      const prefix = place === 0 ? '' : `tenants[${place - 1}].`
      const foreign = clients.filter((_, other) => other !== place).flatMap(forSeveral)
      return tenantProblems(tenant, clients[place] ?? [], foreign).map(({ key, message }) => ({
        key: `${prefix}${key}`,
        message,
      }))
    }),
    ...sharedProblems(config),
  ]
}

/** What a tenant has of its own. */
type Lists = Omit<ConfigTenant, 'domain'>

/** Those that users of other tenants can consent to. */
function forSeveral(clients: readonly ConfigClient[]): ConfigClient[] {
  return clients.filter(({ signInAudience }) => signInAudience !== 'AzureADMyOrg')
}

/**
 * Everything that is wrong inside one tenant.
 *
 * @param clients its own, with those that it has without saying so, each with its id
 * @param foreign clients of others that are for several tenants
 */
function tenantProblems(
  config: Lists,
  clients: readonly ConfigClient[],
  foreign: readonly ConfigClient[],
): ConfigProblem[] {
  return [
    ...(config.clients ?? []).flatMap((client, index) => clientProblems(client, index)),
    ...duplicates(
      'clients',
      // The id of one that has none is made from its name. Two with ids of their own may have one name, as in Entra.
      (config.clients ?? []).map(({ name, clientId }) =>
        clientId === undefined ? name : undefined,
      ),
      'name',
    ),
    ...duplicates(
      'clients',
      (config.clients ?? []).map(({ clientId }) => clientId),
      'clientId',
    ),
    ...duplicates(
      'people',
      (config.people ?? []).map(({ userPrincipalName }) => userPrincipalName),
      'userPrincipalName',
    ),
    ...duplicates(
      'people',
      (config.people ?? []).map(({ id }) => id),
      'id',
    ),
    ...duplicates(
      'groups',
      (config.groups ?? []).map(({ displayName }) => displayName),
      'displayName',
    ),
    ...duplicates(
      'groups',
      (config.groups ?? []).map(({ id }) => id),
      'id',
    ),
    ...identifierProblems(config),
    ...groupProblems(config),
    ...assignmentProblems(config, clients),
    ...consentProblems(config, clients, foreign),
  ]
}

function problem(path: readonly (string | number)[], message: string): ConfigProblem {
  return { key: keyOf(path.map(String)), message }
}

function addressProblems({ host, origin, graphOrigin, https }: ConfigFile): ConfigProblem[] {
  const wrong: ConfigProblem[] = []
  if (host !== undefined && !isLoopback(host)) {
    wrong.push(
      problem(['host'], 'must be a loopback address: any user can sign in without a password'),
    )
  }
  for (const [name, value] of Object.entries({ origin, graphOrigin })) {
    if (value !== undefined && !URL.canParse(value))
      wrong.push(problem([name], 'is not an address'))
  }
  if (https && origin?.startsWith('http:')) {
    wrong.push(problem(['origin'], 'must begin with https:// if https is asked for'))
  }
  return wrong
}

function clientProblems(client: ConfigClient, index: number): ConfigProblem[] {
  const { web, spa, publicClient, postLogoutRedirectUris = [] } = client
  const lists = [
    [['web', 'redirectUris'], web?.redirectUris ?? []],
    [['spa', 'redirectUris'], spa?.redirectUris ?? []],
    [['publicClient', 'redirectUris'], publicClient?.redirectUris ?? []],
    [['postLogoutRedirectUris'], postLogoutRedirectUris],
  ] as const
  const wrongUris = lists.flatMap(([path, uris]) =>
    uris.flatMap((uri, place) => {
      const platform = path[0] === 'spa' || path[0] === 'publicClient' ? path[0] : 'web'
      const wrong = redirectUriProblem(uri, platform)
      return wrong === undefined ? [] : [problem(['clients', index, ...path, place], wrong)]
    }),
  )
  return [
    ...ownIdProblems(client, index),
    ...wrongUris,
    ...logoutProblems(web?.logoutUrl, index),
    ...twice(lists[1][1], lists[0][1], index),
    ...secretProblems(client, index),
  ]
}

const builtIn = new Set(firstPartyApplications(0).map(({ appId }) => appId))

function ownIdProblems({ clientId = '' }: ConfigClient, index: number): ConfigProblem[] {
  if (!builtIn.has(clientId.toLowerCase())) return []
  return [problem(['clients', index, 'clientId'], 'is that of an application which is built in')]
}

/** As Graph has it: a browser opens the address in a frame. */
function logoutProblems(logoutUrl: string | undefined, index: number): ConfigProblem[] {
  const wrong = logoutUrl === undefined ? undefined : redirectUriProblem(logoutUrl, 'web')
  return wrong === undefined ? [] : [problem(['clients', index, 'web', 'logoutUrl'], wrong)]
}

/** The name of an API says which one is meant, so no two can have the same one. */
function identifierProblems({ clients = [] }: Lists): ConfigProblem[] {
  const seen = new Set<string>()
  return clients.flatMap(({ identifierUris = [] }, index) =>
    identifierUris.flatMap((uri, place) => {
      const plain = uri.toLowerCase()
      if (seen.has(plain)) {
        return [problem(['clients', index, 'identifierUris', place], 'is there twice')]
      }
      seen.add(plain)
      return []
    }),
  )
}

/** The rule is the registry's; this says what is wrong. */
function redirectUriProblem(uri: string, platform: Platform): string | undefined {
  if (isAllowedRedirectUri(uri, platform)) return undefined
  if (!URL.canParse(uri)) return 'is not an address'
  const { protocol } = new URL(uri)
  if (uri.includes('*')) return 'has a wildcard, which Entra does not permit here'
  if (uri.includes('#')) return 'has a fragment, which no redirect URI can have'
  if (protocol === 'http:')
    return 'must begin with https://, unless it is on localhost or 127.0.0.1'
  if (protocol === 'https:') return 'has characters or a length that no redirect URI can have'
  return platform === 'publicClient'
    ? 'has a scheme to which nothing can be sent'
    : 'must begin with https://, or with http:// on localhost'
}

/** One address belongs to one platform: whether it needs a secret depends on it. */
function twice(spa: readonly string[], web: readonly string[], index: number): ConfigProblem[] {
  return spa.flatMap((uri, place) =>
    web.includes(uri)
      ? [problem(['clients', index, 'spa', 'redirectUris', place], 'is also in web.redirectUris')]
      : [],
  )
}

/** The form of the secrets that Entra makes: three characters, a digit, `Q~`, and 31 to 34 more. */
const realSecret = /^[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}$/

function secretProblems({ secrets = [] }: ConfigClient, index: number): ConfigProblem[] {
  return secrets.flatMap((secret, place) =>
    realSecret.test(secret)
      ? [
          problem(
            ['clients', index, 'secrets', place],
            'has the form of a secret that Entra made; write one of your own here, and remove that one from its registration if it has been in a file',
          ),
        ]
      : [],
  )
}

function duplicates(
  list: string,
  values: readonly (string | undefined)[],
  name: string,
): ConfigProblem[] {
  const seen = new Set<string>()
  return values.flatMap((value, index) => {
    const plain = value?.toLowerCase()
    if (plain === undefined) return []
    if (seen.has(plain)) return [problem([list, index, name], 'is there twice')]
    seen.add(plain)
    return []
  })
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A name of a group must be in `groups`; an object id may be of any group. */
function groupProblems({ people = [], groups = [], appRoleAssignments = [] }: Lists) {
  const known = new Set(groups.map(({ displayName }) => displayName.toLowerCase()))
  const isMissing = (name: string) => !guid.test(name) && !known.has(name.toLowerCase())
  const wrong = 'is the name of no group in groups'
  return [
    ...people.flatMap(({ groups: names = [] }, index) =>
      names.flatMap((name, place) =>
        isMissing(name) ? [problem(['people', index, 'groups', place], wrong)] : [],
      ),
    ),
    ...appRoleAssignments.flatMap(({ group }, index) =>
      group !== undefined && isMissing(group)
        ? [problem(['appRoleAssignments', index, 'group'], wrong)]
        : [],
    ),
  ]
}

function assignmentProblems(
  { appRoleAssignments = [] }: Lists,
  clients: readonly ConfigClient[],
): ConfigProblem[] {
  const roles = new Set(clients.flatMap(({ appRoles = [] }) => appRoles.map(({ value }) => value)))
  return appRoleAssignments.flatMap(({ role, user, group }, index) => [
    ...(roles.has(role)
      ? []
      : [problem(['appRoleAssignments', index, 'role'], 'is an app role of no client')]),
    ...((user === undefined) === (group === undefined)
      ? [problem(['appRoleAssignments', index], 'needs either user or group')]
      : []),
  ])
}

function consentProblems(
  { consents = [] }: Lists,
  clients: readonly ConfigClient[],
  foreign: readonly ConfigClient[],
): ConfigProblem[] {
  return consents.flatMap(({ client }, index) => {
    const wanted = client.toLowerCase()
    const isNamed = ({ name }: ConfigClient) => name.toLowerCase() === wanted
    if ([...clients, ...foreign].some((one) => clientIdOf(one) === wanted)) return []
    // Those of its own come before those of others.
    const own = clients.filter(isNamed)
    const named = own.length > 0 ? own : foreign.filter(isNamed)
    const at = ['consents', index, 'client']
    if (named.length === 0) return [problem(at, 'is the name or id of no client in clients')]
    return named.length === 1 ? [] : [problem(at, 'is the name of two clients; write an id')]
  })
}
