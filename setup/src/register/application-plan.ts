/** What has to change about the application. It only ever adds: what others put there stays. */
import type { Application, ResourceAccess, WebPlatform } from '../graph/answers.ts'
import { line, type Line } from './line.ts'
import type { Permission } from './permissions.ts'

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
    lines.push(line('+', 'application', wanted.displayName))
  }
  const isDecided = !current || wanted.multiTenant !== undefined
  if (isDecided && current?.signInAudience !== audience) {
    body['signInAudience'] = audience
    const words = wanted.multiTenant ? 'any organisation' : 'this tenant only'
    lines.push(line(current ? '~' : '+', 'accounts of', words))
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
  for (const uri of missing) lines.push(line('+', 'redirect URI', uri))
  if (moves) {
    const from = before === undefined ? '' : ` (was ${before})`
    lines.push(line(before ? '~' : '+', 'front-channel logout URL', `${logoutUrl}${from}`))
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
    lines.push(line('+', 'delegated permission', `${value} (${resourceName})`))
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
  for (const name of missing) lines.push(line('+', 'optional claim (ID token)', name))
  return {
    accessToken: [],
    saml2Token: [],
    ...current?.optionalClaims,
    idToken: [...present, ...missing.map((name) => ({ name, essential: false }))],
  }
}
