/** The environment variables, each with its default, its description and the check of its value. */
import { BlockList } from 'node:net'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { addRange } from '../ip-range.ts'
import { noProxyProblem } from '../no-proxy.ts'
import type { ProxySettings } from '../outgoing/index.ts'
import { ConfigError, type ConfigProblem } from './errors.ts'
import { checked } from './schema.ts'

const Text = Type.Optional(Type.String({ minLength: 1 }))

function port(fallback: number) {
  const description = 'a port number from 0 to 65535'
  return Type.Integer({ minimum: 0, maximum: 65_535, default: fallback, description })
}

/** Everything that Gatehouse reads from the environment. Nothing else does. */
const Environment = Type.Object({
  NODE_ENV: Text,
  AAD_CONFIG: Type.String({ minLength: 1, default: 'aad.config.json' }),
  AAD_TENANT: Text,
  AAD_CLIENT_ID: Text,
  AAD_CLIENT_SECRET: Text,
  AAD_CLIENT_SECRET_FILE: Text,
  AAD_AUTHORITY: Text,
  GRAPH_BASE_URL: Text,
  PUBLIC_URL: Text,
  MANAGED_IDENTITY_URL: Type.Optional(
    checked(Type.String(), (text) => (URL.canParse(text) ? undefined : 'is not an address (URL)')),
  ),
  SESSION_KEYS: Text,
  SESSION_KEYS_FILE: Text,
  STORE_URL: Type.Optional(
    Type.String({
      pattern:
        '^(sqlite:(?!:memory:$|file:).+|rediss?(\\+cluster)?://[^\\s]+|rediss?\\+sentinel://[^\\s/]+/[^\\s/]+)$',
      description:
        'sqlite:<path of a file>, redis://… or rediss://…, redis+cluster://host:port,… or redis+sentinel://host:port,…/<name of the primary>; never memory alone',
    }),
  ),
  STORE_URL_FILE: Text,
  STORE_AUTH: Type.Optional(
    Type.Enum(['password', 'entra'], {
      description: 'password or entra: a token of the managed identity as the password of Redis',
    }),
  ),
  STORE_PASSWORD: Text,
  STORE_PASSWORD_FILE: Text,
  STORE_CLIENT_ID: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F-]{36}$',
      description: 'the client id of a user-assigned identity (GUID)',
    }),
  ),
  STORE_CA_FILE: Text,
  DATA_DIR: Type.String({ minLength: 1, default: '.data' }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  PORT: port(5174),
  TENANT_PORT: port(5175),
  HTTPS_PROXY: Type.Optional(checked(Type.String(), outgoingProxyProblem)),
  NO_PROXY: Type.String({ default: '' }),
  TRUSTED_PROXIES: checked(Type.String({ default: '' }), proxiesProblem),
  LOG_LEVEL: Type.Optional(
    Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
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
const numbers = new Set(['PORT', 'TENANT_PORT'])

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
