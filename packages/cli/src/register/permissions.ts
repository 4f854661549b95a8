/** Looks up the permissions that the configuration asks for, by their names, in the tenant. */

import { clouds } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'
import type { ConfigValue } from '../files/config-file.ts'
import type { ServicePrincipal } from '../graph/answers.ts'
import type { Graph } from '../graph/client.ts'

/** A delegated permission, with the id by which an application registers it. */
export interface Permission {
  resourceAppId: string
  resourceName: string
  id: string
  /** The name: `User.Read`. */
  value: string
}

/** Microsoft Graph's application id, the same in every tenant and cloud. */
const graphAppId = '00000003-0000-0000-c000-000000000000'
const graphHosts = Object.values(clouds).map(({ graph }) => new URL(graph).origin)

/** The scopes that every sign-in adds. An administrator's consent covers them only if they are listed. */
const signInScopes = ['openid', 'profile', 'offline_access']
const fields = '$select=id,appId,displayName,oauth2PermissionScopes'

/**
 * The permissions that the configuration needs: its `scopes` and those of its downstream APIs, looked up in
 * the tenant.
 *
 * @throws SetupError for a permission, or an API, that the tenant does not have
 */
export async function resolvePermissions(graph: Graph, config: ConfigValue): Promise<Permission[]> {
  const apis = Object.values(config.downstreamApis ?? {})
  const names = [...(config.scopes ?? []), ...apis.flatMap(({ scopes }) => scopes)]
  const wanted = Map.groupBy([...new Set([...names, ...signInScopes])], resourceOf)
  const found = await Promise.all(
    [...wanted].map(async ([resource, scopes]) =>
      permissionsOf(await findResource(graph, resource), resource, scopes.map(nameOf)),
    ),
  )
  return found.flat()
}

/** `User.Read` is Graph's; others come with their API: `api://…/Orders.Read`. */
function resourceOf(scope: string): string {
  const at = scope.lastIndexOf('/')
  const resource = scope.slice(0, Math.max(at, 0))
  return resource === '' || graphHosts.includes(resource) ? graphAppId : resource
}

function nameOf(scope: string): string {
  return scope.slice(scope.lastIndexOf('/') + 1)
}

async function findResource(graph: Graph, resource: string): Promise<ServicePrincipal | undefined> {
  const what = 'read the permissions of an API'
  if (resource === graphAppId) {
    return graph.find(`/servicePrincipals(appId='${graphAppId}')?${fields}`, what)
  }
  const name = encodeURIComponent(resource.replaceAll("'", "''"))
  const filter = `$filter=servicePrincipalNames/any(n:n eq '${name}')`
  const [api] = await graph.list<ServicePrincipal>(`/servicePrincipals?${filter}&${fields}`, what)
  return api
}

function permissionsOf(
  api: ServicePrincipal | undefined,
  resource: string,
  names: string[],
): Permission[] {
  if (!api) {
    throw new SetupError(
      'graph',
      `This tenant knows no API ${resource}, whose permissions aad.config.json asks for.`,
      'Correct the scope in aad.config.json, or have that API registered first.',
    )
  }
  const offered = api.oauth2PermissionScopes ?? []
  return [...new Set(names)].flatMap((name) => {
    const scope = offered.find(({ value }) => value.toLowerCase() === name.toLowerCase())
    const resourceName = api.displayName ?? resource
    if (scope) return [{ resourceAppId: api.appId, resourceName, id: scope.id, value: scope.value }]
    // `.default` means the permissions that are already registered.
    if (signInScopes.includes(name) || name === '.default') return []
    throw new SetupError(
      'graph',
      `${resourceName} has no delegated permission ${name}, which aad.config.json asks for.`,
      'Correct its spelling in aad.config.json: https://learn.microsoft.com/graph/permissions-reference lists them.',
    )
  })
}
