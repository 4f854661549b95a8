/** Loads the configuration: `aad.config.json` and the environment, checked once and frozen. */
import { resolve } from 'node:path'
import { auth, basePathOf } from '@gatehouse/contract/paths'
import { isObject } from '../json.ts'
import type { ProxySettings } from '../outgoing/index.ts'
import {
  type CredentialConfig,
  type CredentialContext,
  credentialsOf,
  credentialWarnings,
} from './credentials.ts'
import { type Environment, proxySettings, readEnvironment, splitProxies } from './environment.ts'
import { ConfigError, type ConfigProblem } from './errors.ts'
import { readTelemetrySettings, type TelemetrySettings } from '../telemetry/settings.ts'
import type { Headers } from './headers/schema.ts'
import { applyEnvironment, checkFile, namingVariables, readJson } from './load.ts'
import { productionProblems, ruleProblems } from './rules.ts'
import { type ConfigFile, intactPlaceholders, placeholders } from './schema.ts'
import { type Exposure, exposureOf, readFileVariables } from './secrets/files.ts'
import { type StoreSettings, storeProblems, storeSettings } from './store.ts'
import { configuredKeys } from './secrets/session-keys.ts'

export { exposureOf, readSecretFileAsync } from './secrets/files.ts'
export { publicUrlProblem } from './addresses.ts'
export { readKeyPair, type KeyPair } from './secrets/key-pair.ts'
export { parseSessionKeys } from './secrets/session-keys.ts'
export {
  type Cloud,
  type CloudName,
  cloudNames,
  cloudFor,
  clouds,
  foreignGraphHost,
  lacksGraphVersion,
  issuerFor,
  ownAddress,
  personalAccountsTenant,
  registrationLink,
  registrationPage,
  signInService,
} from './clouds.ts'
export type { CredentialConfig } from './credentials.ts'
export { ConfigError } from './errors.ts'
export { readProxySettings } from './environment.ts'
export { controlPageOf, isLoopback } from './addresses.ts'
export { type DecodedText, decodeText, jsonProblem, repeatedNames } from './json-text.ts'
export { checkFile, findProjectRoot } from './load.ts'
export { placeholders } from './schema.ts'
export {
  isDefaultScope,
  isSameScope,
  isSignInScope,
  normaliseScope,
  resourceOf,
  scopeName,
  scopesProblem,
  withScopesOfSameApi,
} from './scopes.ts'

/** One API that is called as the signed-in user. */
export interface DownstreamApiConfig {
  /** What people call it in messages. */
  readonly displayName?: string
  readonly baseUrl: string
  readonly scopes: readonly string[]
  /** For one call, from the queue to the last byte. */
  readonly timeoutSeconds?: number
  /** The servers that its files are on. */
  readonly fileOrigins?: readonly string[]
}

/** The whole configuration of the process. Nothing else reads the environment. */
export interface Config {
  readonly production: boolean
  /** On a developer's own machine: not in production, and opened at localhost. Pages may then name causes. */
  readonly development: boolean
  /** A GUID, or `organizations`. */
  readonly tenant: string
  /** With `organizations`: the tenants whose users may sign in; undefined allows all. */
  readonly allowedTenants: readonly string[] | undefined
  readonly clientId: string
  /** In the order in which they are tried; at least one. */
  readonly credentials: readonly CredentialConfig[]
  /** Scheme and host of the sign-in service, without a trailing slash. */
  readonly authority: string
  /** The issuer that the authority must name; undefined accepts any. */
  readonly issuer: string | undefined
  /** Scheme, host, port and, if the app shares its host, the path that people open; without a trailing slash. */
  readonly publicUrl: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** App roles of the registration. */
  readonly appRoles: readonly string[]
  readonly downstreamApis: Readonly<Record<string, DownstreamApiConfig>>
  /** Whether the first page of a browser session signs the visitor in silently. */
  readonly signIn: { readonly automatic: boolean }
  /** Which requests have a line in the log. */
  readonly requestLog: 'off' | 'errors' | 'all'
  /** Whether the API describes itself. */
  readonly openApi: boolean
  /** What OpenTelemetry's variables and METRICS_PORT ask for; undefined for nothing. */
  readonly telemetry: TelemetrySettings | undefined
  readonly session: {
    readonly idleMs: number
    readonly absoluteMs: number
    /** Whether the cookie stays when the browser is closed. */
    readonly persistent: boolean
    /** Whether sessions are bound to a key of their device. Never on http. */
    readonly deviceBound: ConfigFile['session']['deviceBound']
    /** How long the proof of a bound session lasts, ms. */
    readonly deviceProofMs: number
    /** What happens to a session that is used from two browsers at once. */
    readonly suspectedTheft: 'log' | 'end'
  }
  /** What pages may load and use besides their own files, and for how long browsers insist on https. */
  readonly headers: Headers
  /** Requests per minute; more are answered with 429. */
  readonly rateLimits: { readonly perAddress: number; readonly perSession: number }
  /** The first one seals, and all of them open; 32 bytes each. */
  readonly sessionKeys: readonly Buffer[]
  /** Where they came from; undefined if no file holds them. It is read again while the app runs. */
  readonly sessionKeysFile: string | undefined
  readonly storeUrl: string
  readonly store: StoreSettings
  readonly host: string
  readonly port: number
  /** Addresses or CIDR ranges of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** The way out of this network to Entra and the APIs. */
  readonly proxy: ProxySettings
  /** How the process ends at SIGTERM. */
  readonly drain: {
    /** How long everything is still served while `/readyz` says no. */
    readonly notReadyMs: number
    /** How long the requests that are left may take after that. */
    readonly timeoutMs: number
  }
  readonly logLevel: string
  /** The built-in tenant on loopback is used, because `aad.config.json` names none. */
  readonly usesLocalTenant: boolean
  /** What an operator should correct, and is no reason not to start. */
  readonly warnings: readonly ConfigProblem[]
}

/**
 * Reads `aad.config.json` (or the file that AAD_CONFIG names) and the environment's overrides.
 *
 * @param env the process environment
 * @param root folder that relative paths start from: the project's root
 * @throws ConfigError with a sentence for every wrong key; none holds the value of a secret
 */
export function loadConfig(env: NodeJS.ProcessEnv, root: string): Config {
  const given = readEnvironment(env)
  const production = given.environment.NODE_ENV === 'production'
  const secrets = readFileVariables(given.environment, root, production)
  const { environment } = secrets
  const path = resolve(root, environment.AAD_CONFIG)
  const written = readJson(path)
  const checkedFile = checkFile(applyEnvironment(written, environment), path)

  const context = {
    production,
    root,
    secretFile: given.environment.AAD_CLIENT_SECRET_FILE,
    managedIdentityUrl: given.environment.MANAGED_IDENTITY_URL,
  }
  const { sessionKeys, problems: keyProblems } = configuredKeys(environment, {
    production,
    fromFile: given.environment.SESSION_KEYS_FILE !== undefined,
    dataDir: dataDir(environment, root),
    file: checkedFile.file,
  })
  const inConfigFile = secretInFile(written, path)
  const problems = [
    ...given.problems,
    ...secrets.problems,
    ...(production ? productionProblems(env, environment) : []),
    ...(production ? secretInFileProblems(inConfigFile) : []),
    ...namingVariables(
      [...checkedFile.problems, ...ruleProblems(checkedFile, { ...context, now: Date.now() })],
      environment,
    ),
    ...keyProblems,
    ...storeProblems(environment, { root, production }),
  ]
  if (problems.length > 0) throw new ConfigError(problems)

  const config = toConfig(checkedFile.file, environment, {
    ...context,
    sessionKeys: sessionKeys(),
    sessionKeysFile: environment.SESSION_KEYS_FILE,
    storePasswordFile: given.environment.STORE_PASSWORD_FILE,
  })
  const inFile = inConfigFile?.warning
    ? [{ key: 'clientSecret', message: `is in ${inConfigFile.warning}` }]
    : []
  const warnings = production
    ? [...secrets.warnings, ...inFile, ...credentialWarnings(config.credentials)]
    : []
  return deepFreeze({ ...config, warnings })
}

/** Who else can read `aad.config.json`, if it holds the secret itself. */
function secretInFile(written: unknown, path: string): Exposure | undefined {
  const secret = isObject(written) ? written['clientSecret'] : undefined
  const holdsSecret = typeof secret === 'string' && secret !== placeholders.clientSecret
  return holdsSecret ? exposureOf(path) : undefined
}

function secretInFileProblems(exposure: Exposure | undefined): ConfigProblem[] {
  if (!exposure?.problem) return []
  const message = 'is in a file that others can read; chmod 600 it, or set AAD_CLIENT_SECRET'
  return [{ key: 'clientSecret', message }]
}

function dataDir(environment: Environment, root: string): string {
  return resolve(root, environment.DATA_DIR)
}

interface LoadContext extends CredentialContext {
  production: boolean
  sessionKeys: Buffer[]
  sessionKeysFile: string | undefined
  storePasswordFile: string | undefined
}

function toConfig(
  file: ConfigFile,
  environment: Environment,
  context: LoadContext,
): Omit<Config, 'warnings'> {
  const usesLocalTenant = intactPlaceholders(file).length === 3
  const publicUrl = new URL(file.publicUrl).origin + basePathOf(file.publicUrl)
  const local = localTenantUrls(environment.TENANT_PORT)
  const identity = usesLocalTenant
    ? { ...localTenant, authority: environment.AAD_AUTHORITY ?? local.authority }
    : file
  const localGraph = usesLocalTenant && !environment.GRAPH_BASE_URL ? local.graph : undefined
  const { allowedTenants } = file
  const development = !context.production && new URL(publicUrl).hostname === 'localhost'
  return {
    production: context.production,
    development,
    tenant: identity.tenant.toLowerCase(),
    allowedTenants: Array.isArray(allowedTenants)
      ? allowedTenants.map((id) => id.toLowerCase())
      : undefined,
    clientId: identity.clientId.toLowerCase(),
    credentials: credentialsOf(identity, context),
    authority: new URL(identity.authority).origin,
    issuer: usesLocalTenant ? undefined : file.issuer,
    publicUrl,
    redirectUri: publicUrl + auth.redirect,
    scopes: file.scopes,
    appRoles: file.appRoles ?? [],
    downstreamApis: toApis(file, localGraph),
    signIn: file.signIn,
    requestLog: file.requestLog,
    openApi: file.openApi ?? development,
    telemetry: readTelemetrySettings(environment, {
      host: environment.METRICS_HOST,
      port: environment.METRICS_PORT,
    }),
    session: sessionSettings(file.session, publicUrl),
    headers: file.headers,
    rateLimits: file.rateLimits,
    sessionKeys: context.sessionKeys,
    sessionKeysFile: context.sessionKeysFile && resolve(context.root, context.sessionKeysFile),
    storeUrl:
      environment.STORE_URL ?? `sqlite:${dataDir(environment, context.root)}/sessions.sqlite`,
    store: storeSettings(environment, context.storePasswordFile, context.root),
    host: environment.HOST,
    port: environment.PORT,
    proxy: proxySettings(environment),
    trustedProxies: splitProxies(environment.TRUSTED_PROXIES),
    drain: {
      notReadyMs: (environment.DRAIN_DELAY ?? (context.production ? 5 : 0)) * 1000,
      timeoutMs: environment.DRAIN_TIMEOUT * 1000,
    },
    logLevel: environment.LOG_LEVEL ?? defaultLogLevel(context.production, file.requestLog),
    usesLocalTenant,
  }
}

function sessionSettings(
  { idleMinutes, absoluteMinutes, persistent, ...device }: ConfigFile['session'],
  publicUrl: string,
): Config['session'] {
  return {
    idleMs: idleMinutes * 60_000,
    absoluteMs: absoluteMinutes * 60_000,
    persistent,
    deviceBound: publicUrl.startsWith('https:') ? device.deviceBound : 'off',
    deviceProofMs: device.deviceProofSeconds * 1000,
    suspectedTheft: device.suspectedTheft,
  }
}

/** In development, refused requests would hide the few lines that matter, unless lines of requests are asked for. */
function defaultLogLevel(production: boolean, requestLog: Config['requestLog']): string {
  return production || requestLog !== 'off' ? 'info' : 'warn'
}

function toApis(file: ConfigFile, localGraph: string | undefined): Config['downstreamApis'] {
  const entries = Object.entries(file.downstreamApis).map(([name, { baseUrl, ...api }]) => {
    const address = name === 'graph' && localGraph ? localGraph : baseUrl.replace(/\/+$/, '')
    return [name, { ...api, baseUrl: address }] as const
  })
  return Object.fromEntries(entries)
}

/** Freezes objects and lists at every depth. Buffers cannot be frozen. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}

/**
 * The built-in local tenant: its port and its registration of the app. It is used only outside
 * production, while `aad.config.json` holds the three placeholders. Nothing here is a secret: it answers
 * on loopback alone. A test compares these values with its own.
 */
export const localTenant = {
  tenant: '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390',
  clientId: '2b8e6d14-73af-4c59-8e01-c4d95a3f7b62',
  clientSecret: 'local-tenant-only-not-a-secret',
  defaultPort: 5175,
} as const

function localTenantUrls(port: number): { authority: string; graph: string } {
  const origin = `http://127.0.0.1:${port}`
  return { authority: origin, graph: `${origin}/v1.0` }
}
