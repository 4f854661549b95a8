/** What the program was told: by its options, then by the environment, then by `tenant.json`. */

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { closeNames } from '../config/close-names.ts'
import { loadConfig } from '../config/load.ts'
import { generateUsers } from '../directory/generate.ts'
import { mostUsers, type TenantOptions } from '../options.ts'
import { isLoopback } from '../own-host.ts'
import { localClient } from '../registry/built-in.ts'
import { environments } from '../entra/discovery/clouds.ts'
import type { ClientRegistration } from '../registry/client.ts'

/** A mistake of the person who starts the program: a sentence, and no stack. */
class UsageError extends Error {
  override name = 'UsageError'
}

export interface ProgramOptions {
  options: TenantOptions & { port: number; host: string }
  /** The name of what sets the port and the host, for messages about them. */
  names: { port: string; host: string }
  /** Forgets what the state file keeps. */
  reset: boolean
  /** A file with an export, which replaces the state. */
  importFile: string | undefined
}

export type Command = { kind: 'help' } | { kind: 'version' } | ({ kind: 'start' } & ProgramOptions)

const options = {
  config: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  users: { type: 'string' },
  seed: { type: 'string' },
  origin: { type: 'string' },
  'graph-origin': { type: 'string' },
  https: { type: 'boolean' },
  'https-folder': { type: 'string' },
  'drop-in': { type: 'boolean' },
  cloud: { type: 'string' },
  state: { type: 'string' },
  reset: { type: 'boolean' },
  import: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} satisfies ParseArgsOptionsConfig

export const helpText = `Usage: npx @gatehouse/tenant [options]

A local tenant: Microsoft Entra ID and Microsoft Graph on this machine, for tests and development.

  --config FILE        clients, people, groups and everything below, as JSON
  --port NUMBER        the port (5175); 0 takes any free one
  --host ADDRESS       a loopback address (127.0.0.1)
  --users NUMBER       the number of users to generate (250)
  --seed TEXT          another seed generates other users
  --https              serves TLS, with an authority that is made on first use
  --https-folder DIR   the folder of that authority
  --origin ADDRESS     the origin in documents and tokens, behind a proxy or with a name of its own
  --graph-origin ADDR  the origin of Graph, if it has another name
  --drop-in            is login.microsoftonline.com and graph.microsoft.com, with TLS on port 443
  --cloud NAME         with --drop-in: global, usgov, usgovdod or china
  --state FILE         keeps changes across restarts
  --reset              forgets what the state file keeps
  --import FILE        starts with an export of another tenant
  -h, --help           shows this text
  -v, --version        shows the version

The variables TENANT_PORT, TENANT_HOST and TENANT_USERS do the same as their options.
It signs in any user without a password, listens on loopback only, and does not start in production.
`

/** @throws UsageError or ConfigError with a sentence */
export function readCommand(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const given = parse(args)
  if (given.help) return { kind: 'help' }
  if (given.version) return { kind: 'version' }
  const config = given.config ? loadConfig(given.config) : {}
  const settings: TenantOptions = {
    clients: [localClientOf(env)],
    ...dropInOptions(given),
    ...config,
  }
  const { port, users, host } = numbersAndHost(given, env, settings)
  const count = wholeNumber(users, 1, mostUsers)
  const seed = seedOf(given.seed) ?? settings.seed
  const people = given.config === undefined ? peopleWith(appRolesIn(env), count, seed) : []
  const folder = given['https-folder']
  const { https = settings.https ?? false } = given
  const state = given.state ?? settings.state
  if (state === undefined && given.reset) {
    throw new UsageError('--reset needs --state, or "state" in the configuration.')
  }
  return {
    kind: 'start',
    options: {
      ...settings,
      ...optional('origin', given.origin),
      ...optional('graphOrigin', given['graph-origin']),
      ...optional('seed', seed),
      ...(people.length > 0 && { people }),
      ...optional('state', state),
      https: folder === undefined ? https : { folder },
      port: wholeNumber(port, 0, 65_535),
      users: count,
      host: loopback(host),
    },
    names: { port: port.name, host: host.name },
    reset: given.reset ?? false,
    importFile: given.import,
  }
}

type Given = ReturnType<typeof parse>

function numbersAndHost(given: Given, env: NodeJS.ProcessEnv, settings: TenantOptions) {
  return {
    port: firstOf(
      { name: '--port', value: given.port },
      { name: 'TENANT_PORT', value: env['TENANT_PORT'] },
      { name: given.config ? '"port"' : '--port', value: settings.port },
      { name: 'TENANT_PORT', value: 5175 },
    ),
    users: firstOf(
      { name: '--users', value: given.users },
      { name: 'TENANT_USERS', value: env['TENANT_USERS'] },
      { name: '"users"', value: settings.users ?? 250 },
    ),
    host: firstOf(
      { name: '--host', value: given.host },
      { name: 'TENANT_HOST', value: env['TENANT_HOST'] },
      { name: '"host"', value: settings.host ?? '127.0.0.1' },
    ),
  }
}

/** The names under which Microsoft's own clients look for Entra ID and Graph. @throws UsageError */
function dropInOptions(given: Given): TenantOptions {
  if (!given['drop-in']) {
    if (given.cloud === undefined) return {}
    throw new UsageError('--cloud needs --drop-in.')
  }
  const name = given.cloud?.toLowerCase() ?? 'global'
  const origins = Object.entries(environments).find(([known]) => known === name)?.[1]
  if (origins) return { ...origins, https: true, port: 443 }
  throw new UsageError(
    `--cloud must be one of ${Object.keys(environments).join(', ')}, not "${name}".`,
  )
}

/** @throws UsageError */
function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const unknown = /Unknown option '--?([^']*)'/.exec(message)?.[1]
    const [close] = unknown === undefined ? [] : closeNames(unknown, Object.keys(options))
    const hint = close === undefined ? '' : ` Did you mean --${close}?`
    // Node adds how to write a value that begins with a dash.
    const mistake = message.split(/\. |\n/)[0] ?? message
    throw new UsageError(`${mistake.replace(/\.?$/, '.')}${hint} Every option: --help`)
  }
}

/** A value, and what sets it. */
interface Named {
  name: string
  value: string | number | undefined
}

/** The first that is given; an empty variable counts as absent. */
function firstOf(...all: Named[]): Named {
  const found = all.find(({ value }) => value !== undefined && value !== '')
  return found ?? { name: '', value: 0 }
}

/** @throws UsageError */
function wholeNumber({ name, value }: Named, least: number, most: number): number {
  if (!/^\d{1,6}$/.test(String(value))) {
    throw new UsageError(`${name} must be a whole number, not "${value}".`)
  }
  const number = Number(value)
  if (number >= least && number <= most) return number
  const bound = number > most ? `at most ${most}` : `at least ${least}`
  throw new UsageError(`${name} must be ${bound}, not ${value}.`)
}

/** @throws UsageError */
function loopback({ name, value }: Named): string {
  if (isLoopback(String(value))) return String(value)
  throw new UsageError(
    `${name} must be a loopback address, not "${value}": the local tenant signs any user in without a password.`,
  )
}

function seedOf(text: string | undefined): string | number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : text
}

function optional<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: V })
}

/** The client of a fresh clone, with what the app's configuration adds: another address (not on localhost, or with a path), and roles. */
function localClientOf(env: NodeJS.ProcessEnv): ClientRegistration {
  const { TENANT_APP_ORIGIN: appOrigin } = env
  const added = appOrigin ? ['/auth/redirect', '/signed-out'].map((path) => appOrigin + path) : []
  return {
    ...localClient,
    web: { redirectUris: [...localClient.web.redirectUris, ...added] },
    appRoles: [...builtInRoles, ...appRolesIn(env)].map((value) => ({ value })),
  }
}

const builtInRoles = ['Directory.Reader', 'Directory.Auditor']

/** The roles that the app adds, from a list with spaces. */
function appRolesIn({ TENANT_APP_ROLES: names = '' }: NodeJS.ProcessEnv): string[] {
  return [...new Set(names.split(/\s+/))].filter(
    (name) => name !== '' && !builtInRoles.includes(name),
  )
}

/** The places of people who are nothing special, and are offered first. */
const ordinaryPlaces = [3, 4, 5, 6, 7, 9]

/** Each role alone is one person's, as long as there are people; the administrator has all, with the built-in ones. */
function peopleWith(roles: readonly string[], count: number, seed: number | string | undefined) {
  const users = generateUsers(count, seed)
  const rolesAt = new Map<number, string[]>()
  if (roles.length > 0) rolesAt.set(1, [...builtInRoles, ...roles])
  for (const [index, role] of roles.entries()) {
    const place = ordinaryPlaces[index % ordinaryPlaces.length] ?? 3
    rolesAt.set(place, [...(rolesAt.get(place) ?? []), role])
  }
  return [...rolesAt].flatMap(([place, own]) => {
    const user = users[place]
    return user ? [{ userPrincipalName: user.userPrincipalName, roles: own }] : []
  })
}
