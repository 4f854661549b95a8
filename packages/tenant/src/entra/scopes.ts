/** The scopes that this tenant knows: OpenID's, and Graph's delegated permissions. */

import { findDelegated } from '../registry/graph-permissions.ts'
import type { Registry } from '../registry/registry.ts'
import { EntraError } from './errors.ts'
import { findResource, graphNames, prefixOf, valueOf } from '../registry/resources.ts'

export const openIdScopes = ['openid', 'profile', 'email', 'offline_access'] as const

const defaultScope = '.default'

/**
 * The scopes of a space-separated list, in the tenant's spelling, each once: short for Graph, with the
 * API's identifier for others. `.default` stays what it is: what it comes to depends on the client and the user.
 *
 * @throws EntraError 70011 for a `.default` beside others, 500011 for an API that the tenant does not know, 500014 for a disabled one,
 * 650053 for a scope that the API does not have
 */
export function parseScopes(text: string, registry: Registry): string[] {
  const asked = text
    .split(' ')
    .filter(Boolean)
    .map((scope) => withoutGraph(scope, registry))
  const ofApis = asked.filter((scope) => !isOpenId(scope))
  const defaults = ofApis.filter((scope) => valueOf(scope).toLowerCase() === defaultScope)
  if (defaults.length > 0 && ofApis.length > 1) {
    throw new EntraError(70011, { message: `${defaultScope} cannot be asked for beside others.` })
  }
  return [...new Set(asked.flatMap((scope) => knownScopes(scope, registry)))]
}

/** Whether it stands for what the registration lists, or the user has granted: `.default` or `api://…/.default`. */
export function isDefault(scope: string): boolean {
  return valueOf(scope) === defaultScope
}

export function isOpenId(scope: string): boolean {
  return openIdScopes.some((openIdScope) => openIdScope === scope)
}

/** Whether only an administrator can consent to a scope that `parseScopes` returned. */
export function needsAdmin(scope: string, registry: Registry): boolean {
  if (prefixOf(scope) === '') return findDelegated(scope)?.needsAdmin === true
  const offered = findResource(registry, prefixOf(scope))?.scopes ?? []
  return offered.some(({ value, type }) => value === valueOf(scope) && type === 'Admin')
}

/**
 * The scopes of one API, which one token is for, and those of OpenID.
 *
 * @throws EntraError 28000 for several APIs, unless `first` chooses the first one
 */
export function ofOneApi(scopes: readonly string[], choice: 'only' | 'first'): string[] {
  const prefixes = [...new Set(scopes.filter((scope) => !isOpenId(scope)).map(prefixOf))]
  if (prefixes.length > 1 && choice === 'only') throw new EntraError(28000)
  return scopes.filter((scope) => isOpenId(scope) || prefixOf(scope) === prefixes[0])
}

/** Why there are no tokens for an API of this name: it is not present here, or disabled. */
export function noResource(registry: Registry, name: string): EntraError {
  const wanted = name.toLowerCase()
  const isDisabled = registry.entries().some(({ application, servicePrincipal }) => {
    const names = [application.appId, ...application.identifierUris]
    return servicePrincipal && names.some((one) => one.toLowerCase() === wanted)
  })
  if (isDisabled) {
    return new EntraError(500014, {
      message: `The service principal for resource '${name}' is disabled.`,
    })
  }
  return new EntraError(500011, {
    message: `The resource principal named ${name} was not found in the tenant.`,
  })
}

function withoutGraph(scope: string, registry: Registry): string {
  const name = prefixOf(scope).toLowerCase()
  const isGraph = graphNames(registry).some((one) => one.toLowerCase() === name)
  const plain = isGraph ? valueOf(scope) : scope
  return plain.toLowerCase() === defaultScope ? defaultScope : plain
}

function knownScopes(scope: string, registry: Registry): string[] {
  if (prefixOf(scope) !== '') return scopesOfApi(scope, registry)
  if (scope === defaultScope) return [scope]
  const spelled = findDelegated(scope)
  if (spelled) return [spelled.value]
  throw new EntraError(650053, { message: `The scope '${scope}' does not exist on the resource.` })
}

function scopesOfApi(scope: string, registry: Registry): string[] {
  const [name, value] = [prefixOf(scope), valueOf(scope).toLowerCase()]
  const api = findResource(registry, name)
  if (!api) throw noResource(registry, name)
  if (value === defaultScope) return [`${api.identifier}/${defaultScope}`]
  const spelled = api.scopes.find((one) => one.value.toLowerCase() === value)
  if (spelled) return [`${api.identifier}/${spelled.value}`]
  throw new EntraError(650053, {
    message: `The application asked for scope '${valueOf(scope)}' that doesn't exist on the resource '${name}'.`,
  })
}
