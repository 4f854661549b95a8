/** The environment variables, each with its default, its description and the check of its value. */
import { BlockList } from 'node:net'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { addRange, noProxyProblem, type ProxySettings } from '../outgoing/index.ts'
import { checked, ConfigError, type ConfigProblem } from './errors.ts'

/** @param title what it is for, as in docs/configuration.md */
function setting(title: string) {
  return Type.Optional(Type.String({ minLength: 1, title }))
}

function port(fallback: number, title: string) {
  const description = 'a port number from 0 to 65535'
  return Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description, title })
}

/** @param fallback undefined if it depends on others */
function seconds(minimum: number, fallback: number | undefined, title: string) {
  const description = `a whole number of seconds from ${minimum} to 300`
  const options = { minimum, maximum: 300, description, title }
  return Type.Integer(fallback === undefined ? options : { ...options, default: fallback })
}

/** By the names of OpenTelemetry. What they mean together is read by `../telemetry/settings.ts`. */
const telemetryVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: setting('the OpenTelemetry collector that gets spans and metrics'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting('another whole address for spans'),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: setting('another whole address for metrics'),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting('only `http/json` is spoken'),
  OTEL_TRACES_EXPORTER: setting('where spans go: `otlp`, `console` or `none`'),
  OTEL_METRICS_EXPORTER: setting('where metrics go: `otlp`, `console`, `prometheus` or `none`'),
  OTEL_TRACES_SAMPLER: setting('which traces are recorded, as OpenTelemetry names it'),
  OTEL_TRACES_SAMPLER_ARG: setting('the part of them, from 0 to 1'),
  OTEL_SERVICE_NAME: setting('the name in spans and metrics, `gatehouse` without it'),
  OTEL_SDK_DISABLED: setting('`true` switches these variables off'),
}

/**
 * Everything that Gatehouse reads from the environment. Nothing else does. A title says what a variable is
 * for, and a description completes "takes …".
 */
export const Environment = Type.Object({
  NODE_ENV: setting(
    '`production` for a deployment: secrets and https are required, and the local tenant is refused',
  ),
  AAD_CONFIG: Type.String({
    minLength: 1,
    default: 'aad.config.json',
    title: 'the configuration file, from the project’s root',
  }),
  AAD_TENANT: setting('replaces `tenant`'),
  AAD_CLIENT_ID: setting('replaces `clientId`'),
  AAD_CLIENT_SECRET: setting('the client secret'),
  AAD_CLIENT_SECRET_FILE: setting(
    'a file with the client secret, which is read again when it changes',
  ),
  AAD_AUTHORITY: setting('replaces `authority`'),
  GRAPH_BASE_URL: setting('replaces `downstreamApis.graph.baseUrl`'),
  PUBLIC_URL: setting('replaces `publicUrl`'),
  MANAGED_IDENTITY_URL: Type.Optional(
    checked(
      Type.String({ title: 'the metadata service, if it is not at 169.254.169.254' }),
      (address) => (URL.canParse(address) ? undefined : 'is not an address (URL)'),
    ),
  ),
  SESSION_KEYS: setting(
    'keys that seal the sessions, separated by commas: the first one seals, all of them open',
  ),
  SESSION_KEYS_FILE: setting('a file with them'),
  STORE_URL_FILE: setting('a file with the address of the session store'),
  STORE_URL: Type.Optional(
    Type.String({
      pattern:
        '^(sqlite:(?!:memory:$|file:).+|rediss?(\\+cluster)?://[^\\s]+|rediss?\\+sentinel://[^\\s/]+/[^\\s/]+)$',
      title: 'the session store; by default a file of SQLite in `DATA_DIR`',
      description:
        'sqlite:<path of a file>, redis://… or rediss://…, redis+cluster://host:port,… or redis+sentinel://host:port,…/<name of the primary>; never memory alone',
    }),
  ),
  STORE_AUTH: Type.Optional(
    Type.Enum(['password', 'entra'], {
      title: 'how the app proves itself to Redis',
      description: 'password or entra: a token of the managed identity as the password of Redis',
    }),
  ),
  STORE_PASSWORD: setting('the password of Redis, if it is not in `STORE_URL`'),
  STORE_PASSWORD_FILE: setting('a file with it'),
  STORE_CLIENT_ID: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F-]{36}$',
      title: 'with `STORE_AUTH=entra`: which identity',
      description: 'the client id of a user-assigned identity (GUID)',
    }),
  ),
  STORE_CA_FILE: setting(
    'certificates of a private authority that signed the certificate of Redis (PEM)',
  ),
  DATA_DIR: Type.String({
    minLength: 1,
    default: '.data',
    title: 'the folder of the session store and of development keys, from the project’s root',
  }),
  HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    title: 'the address to listen on; in a container `0.0.0.0`',
  }),
  PORT: port(5174, 'the port to listen on'),
  TENANT_PORT: port(5175, 'the port of the local tenant'),
  // Five seconds are two checks of most load balancers.
  DRAIN_DELAY: Type.Optional(
    seconds(
      0,
      undefined,
      'at SIGTERM, for how long all is served while `/readyz` says no; by default 5 in production',
    ),
  ),
  // Few requests take longer than 12 s (a call to an API 10 by default, a token 8). Files are cut off after it.
  DRAIN_TIMEOUT: seconds(1, 15, 'after that, how long the requests that are left may take'),
  HTTPS_PROXY: Type.Optional(
    checked(
      Type.String({
        title: 'the proxy on the way to Microsoft, with its credentials if it wants them',
      }),
      outgoingProxyProblem,
    ),
  ),
  NO_PROXY: Type.String({
    default: '',
    title: 'what is reached without that proxy: names, addresses and ranges, separated by commas',
  }),
  TRUSTED_PROXIES: checked(
    Type.String({
      default: '',
      title: 'addresses and ranges of the proxies in front, whose `X-Forwarded-For` is believed',
    }),
    proxiesProblem,
  ),
  METRICS_HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    title: 'the address that Prometheus fetches from; in a container `0.0.0.0`',
  }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      title: 'the port of `/metrics` for Prometheus, which is off without it',
      description: 'a port number from 1 to 65535',
    }),
  ),
  ...telemetryVariables,
  LOG_LEVEL: Type.Optional(
    Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      title: 'what the log has; by default `info` in production and `warn` elsewhere',
      description: 'fatal, error, warn, info, debug, trace or silent',
    }),
  ),
})

export type Environment = Static<typeof Environment>

/** Variables that are no longer read, and what to do instead. */
const removedVariables: Record<string, string> = {
  WORKERS:
    'is no longer read: start several processes on ports of their own, or let the platform run several instances',
}

/** Programs read these in both spellings, the lower one first. */
const alsoInLowerCase = new Set(['HTTPS_PROXY', 'NO_PROXY'])
const wholeNumber = /^[0-9]{1,5}$/
const numbers = new Set(['PORT', 'TENANT_PORT', 'METRICS_PORT', 'DRAIN_DELAY', 'DRAIN_TIMEOUT'])

/**
 * Picks Gatehouse's variables and converts them to their types. Empty ones count as unset, because Compose
 * files and CI systems set them that way.
 *
 * @returns the variables, with the default in place of a wrong one, and a problem for each wrong one
 */
export function readEnvironment(env: NodeJS.ProcessEnv): {
  environment: Environment
  problems: ConfigProblem[]
} {
  const picked: Record<string, string | number> = {}
  for (const key of Object.keys(Environment.properties)) {
    const lower = alsoInLowerCase.has(key) ? env[key.toLowerCase()]?.trim() : undefined
    const value = lower || env[key]?.trim()
    if (value) picked[key] = numbers.has(key) && wholeNumber.test(value) ? Number(value) : value
  }
  const problems: ConfigProblem[] = []
  for (const [key, schema] of Object.entries(Environment.properties)) {
    const message = key in picked ? valueProblem(schema, picked[key]) : undefined
    if (message === undefined) continue
    problems.push({ key, message })
    delete picked[key]
  }
  // Without a proxy it means nothing here, and other programs may read more into it.
  const noProxy = picked['HTTPS_PROXY'] && noProxyProblem(String(picked['NO_PROXY'] ?? ''))
  if (noProxy) problems.push({ key: 'NO_PROXY', message: noProxy })
  if (picked['METRICS_PORT'] !== undefined && picked['METRICS_PORT'] === (picked['PORT'] ?? 5174)) {
    problems.push({ key: 'METRICS_PORT', message: 'is the port of the app (PORT); take another' })
  }
  for (const [key, message] of Object.entries(removedVariables)) {
    if (env[key]?.trim()) problems.push({ key, message })
  }
  return { environment: Value.Parse(Environment, Value.Default(Environment, picked)), problems }
}

function valueProblem(schema: TSchema, value: unknown): string | undefined {
  const error = Value.Errors(schema, value)[0]
  if (!error) return undefined
  const { description = 'another value' } = schema as { description?: string }
  return error.keyword === '~refine' ? error.message : `takes ${description}`
}

/** What is wrong with the value of one variable; undefined if it can be used. */
export function variableProblem(key: keyof Environment, value: string): string | undefined {
  return valueProblem(Environment.properties[key], value)
}

/**
 * The way out of this network, for commands that need no other setting.
 *
 * @throws ConfigError if HTTPS_PROXY is no address, or NO_PROXY has an entry without a meaning
 */
export function readProxySettings(env: NodeJS.ProcessEnv): ProxySettings {
  const { environment, problems } = readEnvironment(env)
  const about = problems.filter(({ key }) => key === 'HTTPS_PROXY' || key === 'NO_PROXY')
  if (about.length > 0) throw new ConfigError(about)
  return proxySettings(environment)
}

export function proxySettings({
  HTTPS_PROXY: proxy,
  NO_PROXY: noProxy,
}: Environment): ProxySettings {
  return { url: proxy === undefined ? undefined : proxyUrl(proxy)?.href, noProxy }
}

/** A host and port without a scheme is an http proxy, as for curl. */
function proxyUrl(text: string): URL | undefined {
  return URL.parse(text.includes('://') ? text : `http://${text}`) ?? undefined
}

function outgoingProxyProblem(text: string): string | undefined {
  const url = proxyUrl(text)
  if (!url) return 'is not an address (URL), such as http://proxy.example.com:8080'
  if (!/^https?:$/.test(url.protocol)) return 'takes an http:// or https:// proxy'
  try {
    decodeURIComponent(url.username + url.password)
  } catch {
    return 'has a user name or password with a % that is not percent-encoded; write it as %25'
  }
  return undefined
}

/** Only addresses and small ranges: a client of a trusted proxy chooses the address it is counted by. */
function proxiesProblem(text: string): string | undefined {
  const proxies = splitProxies(text)
  if (!proxies.every((proxy) => addRange(new BlockList(), proxy))) {
    return 'takes IP addresses or ranges, such as 10.0.0.5 or 10.1.0.0/16'
  }
  return proxies.some((proxy) => /\/0+$/.test(proxy)) ? 'must not trust every address' : undefined
}

export function splitProxies(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
