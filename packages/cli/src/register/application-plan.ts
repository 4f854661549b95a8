/** Plans the changes of the application. It only adds; values that others set stay. */

import { clouds } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'
import type { ConfigValue } from '../files/config-file.ts'
import type {
  Application,
  ResourceAccess,
  ServicePrincipal,
  WebPlatform,
} from '../graph/answers.ts'
import type { Graph } from '../graph/client.ts'
import { planLine, type Line } from '../output.ts'

export interface WantedApplication {
  displayName: string
  /** Undefined: no change. */
  multiTenant: boolean | undefined
  redirectUris: string[]
  /** Undefined with http: Entra takes https addresses only. */
  logoutUrl: string | undefined
  permissions: Permission[]
}

export interface ApplicationPlan {
  action: 'create' | 'update' | 'keep'
  /** For Graph: only the changes. */
  body: Record<string, unknown>
  lines: Line[]
}

/**
 * Claims of the ID token that Entra sends only if configured: the account, for sign-out without a picker;
 * the session, for front-channel sign-out; and the time of authentication
 * (https://learn.microsoft.com/entra/identity-platform/optional-claims-reference).
 */
const optionalClaims = ['login_hint', 'sid', 'auth_time']

export function planApplication(
  wanted: WantedApplication,
  current: Application | undefined,
): ApplicationPlan {
  const lines: Line[] = []
  const body: Record<string, unknown> = {}

  const audience = wanted.multiTenant ? 'AzureADMultipleOrgs' : 'AzureADMyOrg'
  if (!current) {
    body['displayName'] = wanted.displayName
    lines.push(planLine('+', 'application', wanted.displayName))
  }
  const isDecided = !current || wanted.multiTenant !== undefined
  if (isDecided && current?.signInAudience !== audience) {
    body['signInAudience'] = audience
    const words = wanted.multiTenant ? 'any organisation' : 'this tenant only'
    lines.push(planLine(current ? '~' : '+', 'accounts of', words))
  }

  const web = planWeb(wanted, current, lines)
  if (web) body['web'] = web
  const access = planAccess(wanted.permissions, current?.requiredResourceAccess ?? [], lines)
  if (access) body['requiredResourceAccess'] = access
  const claims = planClaims(current, lines)
  if (claims) body['optionalClaims'] = claims

  const changes = Object.keys(body).length > 0
  return { action: !current ? 'create' : changes ? 'update' : 'keep', body, lines }
}

function planWeb(
  { redirectUris, logoutUrl }: WantedApplication,
  current: Application | undefined,
  lines: Line[],
): WebPlatform | undefined {
  const present = current?.web?.redirectUris ?? []
  const missing = redirectUris.filter((uri) => !present.includes(uri))
  const before = current?.web?.logoutUrl ?? undefined
  const moves = logoutUrl !== undefined && logoutUrl !== before
  for (const uri of missing) lines.push(planLine('+', 'redirect URI', uri))
  if (moves) {
    const from = before === undefined ? '' : ` (was ${before})`
    lines.push(planLine(before ? '~' : '+', 'front-channel logout URL', `${logoutUrl}${from}`))
  }
  if (missing.length === 0 && !moves) return undefined
  const kept = logoutUrl ?? before
  const { homePageUrl, implicitGrantSettings } = current?.web ?? {}
  return {
    ...(homePageUrl && { homePageUrl }),
    ...(implicitGrantSettings && { implicitGrantSettings }),
    redirectUris: [...present, ...missing],
    ...(kept && { logoutUrl: kept }),
  }
}

function planAccess(
  wanted: Permission[],
  present: ResourceAccess[],
  lines: Line[],
): ResourceAccess[] | undefined {
  const has = ({ resourceAppId, id }: Permission) =>
    present.some(
      (entry) =>
        entry.resourceAppId === resourceAppId &&
        entry.resourceAccess.some((access) => access.id === id && access.type === 'Scope'),
    )
  const missing = wanted.filter((permission) => !has(permission))
  if (missing.length === 0) return undefined
  for (const { resourceName, value } of missing) {
    lines.push(planLine('+', 'delegated permission', `${value} (${resourceName})`))
  }
  const apis = new Set([...present, ...missing].map(({ resourceAppId }) => resourceAppId))
  return [...apis].map((resourceAppId) => ({
    resourceAppId,
    resourceAccess: [
      ...present
        .filter((entry) => entry.resourceAppId === resourceAppId)
        .flatMap((entry) => entry.resourceAccess),
      ...missing
        .filter((permission) => permission.resourceAppId === resourceAppId)
        .map(({ id }) => ({ id, type: 'Scope' })),
    ],
  }))
}

function planClaims(current: Application | undefined, lines: Line[]) {
  const present = current?.optionalClaims?.idToken ?? []
  const missing = optionalClaims.filter((name) => !present.some((claim) => claim.name === name))
  if (missing.length === 0) return undefined
  for (const name of missing) lines.push(planLine('+', 'optional claim (ID token)', name))
  return {
    accessToken: [],
    saml2Token: [],
    ...current?.optionalClaims,
    idToken: [...present, ...missing.map((name) => ({ name, essential: false }))],
  }
}

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
