/** Scopes that Entra would refuse, or that nobody should ask for. */
import type { ConfigProblem } from './errors.ts'

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
export function scopeProblems(key: string, scopes: readonly unknown[]): ConfigProblem[] {
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
