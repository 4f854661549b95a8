/** Names of scopes: the API that each belongs to, and when two are the same. Entra ignores their case. */
import { graphOrigins } from './clouds.ts'

/** Scopes of the sign-in itself, which belong to no API (OpenID Connect Core §5.4, §11). */
const signInScopes = new Set(['openid', 'profile', 'email', 'offline_access'])

export function isSignInScope(scope: string): boolean {
  return signInScopes.has(scope.toLowerCase())
}

/** `.default` stands for everything that was consented to, of one API. */
export function isDefaultScope(scope: string): boolean {
  return scopeName(scope) === '.default'
}

/**
 * Graph answers with short or full names, and in its own case. A short name belongs to Microsoft Graph,
 * in every cloud.
 */
export function isSameScope(a: string, b: string): boolean {
  return a === b || normaliseScope(a) === normaliseScope(b)
}

/** The name by which equal scopes are equal: lower case, and short for Microsoft Graph. */
export function normaliseScope(scope: string): string {
  const resource = resourceOf(scope)
  return resource === graphOrigins[0] ? scopeName(scope) : scope.toLowerCase()
}

/** The API of a scope, such as `api://things`; the global cloud's address for Graph in every cloud. */
export function resourceOf(scope: string): string | undefined {
  const at = scope.lastIndexOf('/')
  const resource = at > 0 ? scope.slice(0, at).toLowerCase() : undefined
  return resource === undefined || graphOrigins.includes(resource) ? graphOrigins[0] : resource
}

/** The name within its API: an API may write it with or without its own address. */
export function scopeName(scope: string): string {
  return scope.slice(scope.lastIndexOf('/') + 1).toLowerCase()
}

/** The configured scopes of one API, and those of `more` that are of the same API: one token allows both. */
export function withScopesOfSameApi(
  configured: readonly string[],
  more: readonly string[],
): readonly string[] {
  if (more.length === 0) return configured
  const apis = new Set(configured.filter((scope) => !isSignInScope(scope)).map(resourceOf))
  const added = more.filter(
    (scope) =>
      apis.has(resourceOf(scope)) && !configured.some((known) => isSameScope(known, scope)),
  )
  return [...configured, ...added]
}

/**
 * Scopes that Entra would refuse: one token is for one API, and `.default` cannot be mixed with others
 * (Microsoft, "Scopes and permissions in the Microsoft identity platform").
 *
 * @returns completes "<key of the list> …"
 */
export function scopesProblem(scopes: readonly string[]): string | undefined {
  const names = scopes.filter((scope) => !isSignInScope(scope))
  const resources = new Set(names.map(resourceOf))
  if (resources.size > 1) {
    return `names scopes of several APIs (${[...resources].join(', ')}); a token is for one`
  }
  const defaults = names.filter(isDefaultScope)
  const isMixed = defaults.length > 0 && names.length > defaults.length
  return isMixed ? 'mixes .default with other scopes; use one or the other' : undefined
}
