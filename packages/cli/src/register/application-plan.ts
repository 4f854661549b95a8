/** What has to change about the application. It only ever adds: what others put there stays. */
import type {
  Application,
  ResourceAccess,
  ServicePrincipal,
  WebPlatform,
} from '../graph/answers.ts'
import { planLine, type Line } from '../output.ts'
import { clouds } from '../clouds.ts'
import { SetupError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import type { ConfigValue } from '../files/config-file.ts'

export interface WantedApplication {
  displayName: string
  /** Undefined: as it is. */
  multiTenant: boolean | undefined
  redirectUris: string[]
  /** Undefined with http: Entra takes https addresses only. */
  logoutUrl: string | undefined
  permissions: Permission[]
}

export interface ApplicationPlan {
  action: 'create' | 'update' | 'keep'
  /** For Graph; only what changes. */
  body: Record<string, unknown>
  lines: Line[]
}

/**
 * Claims of the ID token that Entra leaves out unless asked: the account for sign-out without a
 * picker, the session for front-channel sign-out, and when the person proved who they are
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

// Names of delegated permissions to the ids that an application registers them by.

interface Permission {
  resourceAppId: string
  resourceName: string
  id: string
  /** The name: `User.Read`. */
  value: string
}

/** Microsoft Graph's application id, the same in every tenant and cloud. */
const graphAppId = '00000003-0000-0000-c000-000000000000'
const graphHosts = Object.values(clouds).map(({ graph }) => new URL(graph).origin)

/** What every sign-in asks for besides; listed, an administrator's consent covers them too. */
const signInScopes = ['openid', 'profile', 'offline_access']
const fields = '$select=id,appId,displayName,oauth2PermissionScopes'

/**
 * The least that the configuration needs: its `scopes` and those of its downstream APIs, looked up
 * at the APIs themselves.
 *
 * @throws SetupError for a permission, or an API, that the tenant does not have
 */
export async function resolvePermissions(graph: Graph, config: ConfigValue): Promise<Permission[]> {
  const apis = Object.values(config.downstreamApis ?? {})
  const names = [...(config.scopes ?? []), ...apis.flatMap(({ scopes }) => scopes)]
  const wanted = Map.groupBy([...new Set([...names, ...signInScopes])], resourceOf)
  const found = await Promise.all(
    [...wanted].map(async ([resource, scopes]) =>
      pick(await findResource(graph, resource), resource, scopes.map(nameOf)),
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

function pick(api: ServicePrincipal | undefined, resource: string, names: string[]): Permission[] {
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
    // `.default` stands for what is registered already.
    if (signInScopes.includes(name) || name === '.default') return []
    throw new SetupError(
      'graph',
      `${resourceName} has no delegated permission ${name}, which aad.config.json asks for.`,
      'Correct its spelling in aad.config.json: https://learn.microsoft.com/graph/permissions-reference lists them.',
    )
  })
}
