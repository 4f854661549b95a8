import { BlockList, isIP } from 'node:net'
import type { ConfigProblem } from './errors.ts'
import type { ConfigFile, Environment } from './schema.ts'
import { cloudProblems } from './clouds.ts'
import { intactPlaceholders } from './load.ts'

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Whether a URL points at this machine and nowhere else. */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname)
}

/**
 * What a schema cannot say: which values are placeholders, which addresses are acceptable, and
 * what must be refused in production.
 *
 * @param file what the file holds; keys whose value is of another type are not looked at, because
 * the schema has refused them already
 */
export function ruleProblems(file: Partial<ConfigFile>, production: boolean): ConfigProblem[] {
  const { authority, publicUrl } = file
  return [
    ...placeholderProblems(file, production),
    ...(typeof authority === 'string' ? originProblems('authority', authority, production) : []),
    ...(typeof publicUrl === 'string' ? publicUrlProblems(publicUrl, production) : []),
    ...Object.entries(file.downstreamApis ?? {}).flatMap(([name, api]) =>
      typeof api?.baseUrl === 'string'
        ? baseUrlProblems(`downstreamApis.${name}.baseUrl`, api.baseUrl, production)
        : [],
    ),
    ...(Array.isArray(file.scopes) ? scopeProblems('scopes', file.scopes) : []),
    ...Object.entries(file.downstreamApis ?? {}).flatMap(([name, api]) =>
      Array.isArray(api?.scopes) ? scopeProblems(`downstreamApis.${name}.scopes`, api.scopes) : [],
    ),
    ...tenantListProblems(file),
    ...cloudProblems(file),
    ...lifetimeProblems(file),
  ]
}

function placeholderProblems(file: Partial<ConfigFile>, production: boolean): ConfigProblem[] {
  const all = intactPlaceholders(file)
  // Beside credentials there must be no secret at all: said there, and once.
  const intact = file.credentials ? all.filter((key) => key !== 'clientSecret') : all
  if (intact.length === 3 && !production) return []
  const problems = intact.map((key) => ({
    key,
    message:
      intact.length === 3
        ? 'is still the placeholder; production needs a tenant of your own'
        : 'is still the placeholder; replace all three, or none of them to use the local tenant',
  }))
  if (file.clientSecret === undefined) {
    const message = 'is missing; or set AAD_CLIENT_SECRET, or give credentials instead'
    if (file.credentials === undefined) problems.push({ key: 'clientSecret', message })
  } else if (isDummySecret(file.clientSecret) && !intact.includes('clientSecret')) {
    problems.push({ key: 'clientSecret', message: 'is a stand-in, not a client secret' })
  }
  for (const key of ['tenant', 'clientId'] as const) {
    if (isAllZero(file[key])) problems.push({ key, message: 'is the all-zero GUID' })
  }
  return problems
}

function isDummySecret(value: unknown): boolean {
  const standIn = /^(changeme|secret|password|your[-_ ].*|<.*>|\{.*\})$/i
  return typeof value === 'string' && standIn.test(value)
}

function isAllZero(value: unknown): boolean {
  return typeof value === 'string' && /^[0-]+$/.test(value)
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function originProblems(key: string, text: string, production: boolean): ConfigProblem[] {
  const url = parseUrl(text)
  if (!url) return [{ key, message: 'is not an address (URL)' }]
  const problems: ConfigProblem[] = []
  if (url.username || url.password) problems.push({ key, message: 'must not hold credentials' })
  if (url.pathname !== '/' || url.search || url.hash) {
    problems.push({ key, message: 'must be scheme and host only; leave out path and query' })
  }
  if (url.protocol === 'http:' && (production || !isLoopback(url))) {
    const allowed = production ? 'in production' : 'for any host but 127.0.0.1 or localhost'
    problems.push({ key, message: `must be https ${allowed}` })
  } else if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    problems.push({ key, message: 'must start with https://' })
  }
  return problems
}

function publicUrlProblems(text: string, production: boolean): ConfigProblem[] {
  const key = 'publicUrl'
  const problems = originProblems(key, text, production)
  const url = parseUrl(text)
  // Entra registers http redirect URIs for the name localhost only: 127.0.0.1 needs a manifest edit.
  if (url?.protocol === 'http:' && isIP(url.hostname.replace(/^\[|\]$/g, ''))) {
    problems.push({ key, message: 'must use the name localhost, not an IP address, with http' })
  }
  return problems
}

function baseUrlProblems(key: string, text: string, production: boolean): ConfigProblem[] {
  const url = parseUrl(text)
  if (!url) return [{ key, message: 'is not an address (URL)' }]
  if (url.search || url.hash || url.username || url.password) {
    return [{ key, message: 'must not hold a query, a fragment or credentials' }]
  }
  return originProblems(key, url.origin, production)
}

/** Whose people may sign in has to be said, or every organisation's may. */
function tenantListProblems({ tenant, allowedTenants }: Partial<ConfigFile>): ConfigProblem[] {
  const key = 'allowedTenants'
  if (tenant === 'organizations' && allowedTenants === undefined) {
    const message = 'is missing; with tenant "organizations" it takes a list of tenant ids, or "*"'
    return [{ key, message }]
  }
  if (tenant !== 'organizations' && allowedTenants !== undefined) {
    return [{ key, message: 'goes with tenant "organizations" only' }]
  }
  return []
}

function lifetimeProblems(file: Partial<ConfigFile>): ConfigProblem[] {
  const idle = file.session?.idleMinutes ?? defaultIdleMinutes
  const absolute = file.session?.absoluteMinutes ?? defaultAbsoluteMinutes
  if (typeof idle !== 'number' || typeof absolute !== 'number' || idle <= absolute) return []
  return [
    { key: 'session.idleMinutes', message: 'must not be longer than session.absoluteMinutes' },
  ]
}

/** An hour without a request ends a session; so do twelve hours, whatever happens (OWASP ASVS 7.3). */
export const defaultIdleMinutes = 60
export const defaultAbsoluteMinutes = 720

/** Per minute. A person signs in a few times a day; an office of thousands may share one address. */
export const defaultPerAddress = 600
/** Per minute. A page that polls every second and pages through users stays far below. */
export const defaultPerSession = 1200

// Scopes that Entra would refuse, or that nobody should ask for.

/** The resource that a scope belongs to; short names are Microsoft Graph's. */
function resourceOf(scope: string): string {
  const at = scope.lastIndexOf('/')
  return at > 0 ? scope.slice(0, at).toLowerCase() : 'https://graph.microsoft.com'
}

const signInScopes = new Set(['openid', 'profile', 'email', 'offline_access'])

/**
 * One token is for one resource, and `.default` stands for all that was consented to already, so
 * it cannot be mixed (Microsoft, "Scopes and permissions in the Microsoft identity platform").
 *
 * @param key where the list stands, such as `scopes` or `downstreamApis.graph.scopes`
 */
function scopeProblems(key: string, scopes: readonly unknown[]): ConfigProblem[] {
  const names = scopes.filter((scope) => typeof scope === 'string' && !signInScopes.has(scope))
  const resources = new Set(names.map((scope) => resourceOf(String(scope))))
  const problems: ConfigProblem[] = []
  if (resources.size > 1) {
    const list = [...resources].join(', ')
    problems.push({ key, message: `names scopes of several APIs (${list}); a token is for one` })
  }
  const isDefault = names.filter((scope) => /(?:^|\/)\.default$/.test(String(scope)))
  if (isDefault.length > 0 && names.length > isDefault.length) {
    problems.push({ key, message: 'mixes .default with other scopes; use one or the other' })
  }
  return problems
}

// Switches that help on one's own machine and undo the protection anywhere else.

/**
 * @param env the process environment, for switches of Node itself
 * @returns what must not be set in production, and proxies that nobody should trust anywhere
 */
export function productionProblems(
  env: NodeJS.ProcessEnv,
  environment: Environment,
  production: boolean,
): ConfigProblem[] {
  const problems = [
    ...proxyProblems(environment.TRUSTED_PROXIES),
    ...managedIdentityUrlProblems(environment.MANAGED_IDENTITY_URL, production),
  ]
  if (!production) return problems
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const message = 'must not be 0 in production: certificates would not be checked'
    problems.push({ key: 'NODE_TLS_REJECT_UNAUTHORIZED', message })
  }
  if (/--inspect\b/.test(env['NODE_OPTIONS'] ?? '')) {
    const message = 'must not open the inspector in production: it reads every token'
    problems.push({ key: 'NODE_OPTIONS', message })
  }
  return problems
}

/** Whoever answers there says who the app is. */
function managedIdentityUrlProblems(text: string | undefined, production: boolean) {
  const key = 'MANAGED_IDENTITY_URL'
  if (text === undefined) return []
  if (production) return [{ key, message: 'must not be set in production' }]
  return URL.canParse(text) ? [] : [{ key, message: 'is not an address (URL)' }]
}

/** Addresses or ranges, one by one: "everybody" would let everybody choose their address. */
function proxyProblems(text: string | undefined): ConfigProblem[] {
  const key = 'TRUSTED_PROXIES'
  return splitProxies(text).flatMap((proxy) => {
    if (!isAddressOrRange(proxy)) {
      return [{ key, message: 'takes IP addresses or ranges, such as 10.0.0.5 or 10.1.0.0/16' }]
    }
    return /\/0+$/.test(proxy) ? [{ key, message: 'must not trust every address' }] : []
  })
}

export function splitProxies(text: string | undefined): string[] {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '')
}

function isAddressOrRange(proxy: string): boolean {
  const [address = '', prefix, ...rest] = proxy.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (prefix === undefined) return true
  if (!/^\d{1,3}$/.test(prefix)) return false
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6')
    return true
  } catch {
    return false
  }
}
