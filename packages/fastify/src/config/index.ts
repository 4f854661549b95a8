import { resolve } from 'node:path'
import { ConfigError, type ConfigProblem } from './errors.ts'
import {
  type CredentialConfig,
  type CredentialFacts,
  credentialProblems,
  credentialsOf,
} from './credentials.ts'
import {
  intactPlaceholders,
  applyEnvironment,
  readEnvironment,
  readJson,
  schemaProblems,
} from './load.ts'
import { isGraphHost } from './clouds.ts'
import { isLoopback } from './rules.ts'
import {
  defaultAbsoluteMinutes,
  defaultIdleMinutes,
  defaultPerAddress,
  defaultPerSession,
  ruleProblems,
  splitProxies,
  productionProblems,
} from './rules.ts'
import { type ConfigFile, type Environment, placeholders } from './schema.ts'
import { developmentKey, modeFault, parseSessionKeys, readSecretVariables } from './secrets.ts'

export { readKeyPair, readSecretFileAsync, type KeyPair } from './secrets.ts'
export { issuerFor, personalAccountsTenant, signInService } from './clouds.ts'
export type { CredentialConfig } from './credentials.ts'
export { ConfigError } from './errors.ts'
export { isLoopback } from './rules.ts'
export { findProjectRoot } from './load.ts'

/** One API that is called as the signed-in user. */
export interface DownstreamApiConfig {
  readonly baseUrl: string
  readonly scopes: readonly string[]
}

/** Everything the process was told, checked once and frozen. Nothing else reads the environment. */
export interface Config {
  readonly production: boolean
  /** A GUID, or `organizations`. */
  readonly tenant: string
  /** With `organizations`: whose people may sign in; undefined lets every organisation in. */
  readonly allowedTenants: readonly string[] | undefined
  readonly clientId: string
  /** In the order in which they are tried; at least one. */
  readonly credentials: readonly CredentialConfig[]
  /** Scheme and host of the sign-in service, without a trailing slash. */
  readonly authority: string
  /** The issuer that the authority must name; undefined where what it names is taken. */
  readonly issuer: string | undefined
  /** Scheme, host and port that people open, without a trailing slash. */
  readonly publicUrl: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly downstreamApis: Readonly<Record<string, DownstreamApiConfig>>
  readonly session: { readonly idleMs: number; readonly absoluteMs: number }
  /** Requests per minute; more are answered with 429. */
  readonly rateLimits: { readonly perAddress: number; readonly perSession: number }
  /** The first one seals, all of them open; 32 bytes each. */
  readonly sessionKeys: readonly Buffer[]
  readonly storeUrl: string
  readonly host: string
  readonly port: number
  /** Addresses or CIDR ranges of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly logLevel: string
  /** The built-in tenant on loopback stands in, because `aad.config.json` names none. */
  readonly usesLocalTenant: boolean
}

/**
 * Reads `aad.config.json` (or the file that AAD_CONFIG names) and the environment's overrides.
 *
 * @param env the process environment
 * @param root folder that relative paths start from: the project's root
 * @throws ConfigError with a sentence for every wrong key; no message holds a value of a secret
 */
export function loadConfig(env: NodeJS.ProcessEnv, root: string): Config {
  const given = readEnvironment(env)
  const production = given.environment.NODE_ENV === 'production'
  const secrets = readSecretVariables(given.environment, root, production)
  const { environment } = secrets
  const path = resolve(root, environment.AAD_CONFIG ?? 'aad.config.json')
  const written = readJson(path)
  const merged = applyEnvironment(written, environment)

  const facts = {
    production,
    root,
    secretFile: given.environment.AAD_CLIENT_SECRET_FILE,
    managedIdentityUrl: given.environment.MANAGED_IDENTITY_URL,
  }
  const keys = sessionKeys(environment, production, root)
  const problems = [
    ...given.problems,
    ...secrets.problems,
    ...productionProblems(env, environment, production),
    ...(production ? secretInFileProblems(written, path) : []),
    ...schemaProblems(merged),
    ...(isObject(merged) ? ruleProblems(merged, production) : []),
    ...(isObject(merged) ? credentialProblems(merged, { ...facts, now: Date.now() }) : []),
    ...keys.problems,
  ]
  if (problems.length > 0) throw new ConfigError(problems)

  return toConfig(merged as ConfigFile, environment, { ...facts, sessionKeys: keys.keys() })
}

/** A secret in the file itself is the owner's alone. */
function secretInFileProblems(written: unknown, path: string): ConfigProblem[] {
  const secret = isObject(written) ? written.clientSecret : undefined
  const holdsSecret = typeof secret === 'string' && secret !== placeholders.clientSecret
  if (!holdsSecret || !modeFault(path)) return []
  const message = 'stands in a file that others can read; chmod 600 it, or set AAD_CLIENT_SECRET'
  return [{ key: 'clientSecret', message }]
}

function isObject(value: unknown): value is Partial<ConfigFile> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sessionKeys(environment: Environment, production: boolean, root: string) {
  if (environment.SESSION_KEYS) {
    const { keys, problems } = parseSessionKeys(environment.SESSION_KEYS)
    return {
      keys: () => keys,
      problems: problems.map((message): ConfigProblem => ({ key: 'SESSION_KEYS', message })),
    }
  }
  const message = 'is missing; production needs one: openssl rand -base64 32'
  return {
    keys: () => [developmentKey(dataDir(environment, root))],
    problems: production ? [{ key: 'SESSION_KEYS', message }] : [],
  }
}

function dataDir(environment: Environment, root: string): string {
  return resolve(root, environment.DATA_DIR ?? '.data')
}

interface LoadContext extends CredentialFacts {
  production: boolean
  sessionKeys: Buffer[]
}

function toConfig(file: ConfigFile, environment: Environment, facts: LoadContext): Config {
  const usesLocalTenant = intactPlaceholders(file).length === 3
  const publicUrl = new URL(file.publicUrl).origin
  const local = localTenantUrls(environment.TENANT_PORT ?? localTenant.defaultPort)
  const identity = usesLocalTenant
    ? { ...localTenant, authority: environment.AAD_AUTHORITY ?? local.authority }
    : file
  return Object.freeze({
    production: facts.production,
    tenant: identity.tenant.toLowerCase(),
    allowedTenants: allowedTenants(file),
    clientId: identity.clientId.toLowerCase(),
    credentials: credentialsOf(identity, facts),
    authority: new URL(identity.authority).origin,
    issuer: usesLocalTenant ? undefined : file.issuer,
    publicUrl,
    redirectUri: `${publicUrl}/auth/redirect`,
    scopes: Object.freeze([...file.scopes]),
    downstreamApis: downstreamApis(
      file,
      usesLocalTenant && !environment.GRAPH_BASE_URL ? local.graph : undefined,
    ),
    session: Object.freeze({
      idleMs: (file.session?.idleMinutes ?? defaultIdleMinutes) * 60_000,
      absoluteMs: (file.session?.absoluteMinutes ?? defaultAbsoluteMinutes) * 60_000,
    }),
    rateLimits: Object.freeze({
      perAddress: file.rateLimits?.perAddress ?? defaultPerAddress,
      perSession: file.rateLimits?.perSession ?? defaultPerSession,
    }),
    sessionKeys: Object.freeze(facts.sessionKeys),
    storeUrl: environment.STORE_URL ?? `sqlite:${dataDir(environment, facts.root)}/sessions.sqlite`,
    host: environment.HOST ?? '127.0.0.1',
    port: environment.PORT ?? 5174,
    trustedProxies: Object.freeze(splitProxies(environment.TRUSTED_PROXIES)),
    logLevel: environment.LOG_LEVEL ?? (facts.production ? 'info' : 'warn'),
    usesLocalTenant,
  })
}

function allowedTenants({ allowedTenants: list }: ConfigFile): readonly string[] | undefined {
  return Array.isArray(list) ? Object.freeze(list.map((id) => id.toLowerCase())) : undefined
}

function downstreamApis(
  file: ConfigFile,
  localGraph: string | undefined,
): Config['downstreamApis'] {
  const entries = Object.entries(file.downstreamApis).map(([name, api]) => {
    const baseUrl = name === 'graph' && localGraph ? localGraph : api.baseUrl.replace(/\/+$/, '')
    return [name, Object.freeze({ baseUrl, scopes: Object.freeze([...api.scopes]) })] as const
  })
  return Object.freeze(Object.fromEntries(entries))
}

/**
 * Where the built-in local tenant listens and what it has registered. It stands in only while
 * `aad.config.json` holds its three placeholders, outside production. Nothing here is a secret:
 * the local tenant answers on loopback alone, and a test holds these values against its own.
 */
export const localTenant = {
  tenant: '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390',
  clientId: '2b8e6d14-73af-4c59-8e01-c4d95a3f7b62',
  clientSecret: 'local-tenant-only-not-a-secret',
  defaultPort: 5175,
} as const

/** The addresses of a local tenant on `port`. */
function localTenantUrls(port: number): { authority: string; graph: string } {
  const origin = `http://127.0.0.1:${port}`
  return { authority: origin, graph: `${origin}/v1.0` }
}

/**
 * The host that the users' tokens for Graph go to, if it is not Microsoft's: a proxy, or a mistake.
 *
 * @returns undefined for the Graph of each cloud, and for this machine in development
 */
export function foreignGraphHost({
  production,
  downstreamApis,
}: Pick<Config, 'production' | 'downstreamApis'>): string | undefined {
  const { baseUrl } = downstreamApis['graph'] ?? {}
  if (baseUrl === undefined) return undefined
  const url = new URL(baseUrl)
  const isExpected = isGraphHost(url.hostname) || (!production && isLoopback(url))
  return isExpected ? undefined : url.host
}
