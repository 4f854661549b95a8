/** Plans the changes of the application. It only adds; values that others set stay. */

import { createHash } from 'node:crypto'
import type { AppRole, Application, ResourceAccess, WebPlatform } from '../graph/answers.ts'
import { planLine, type Line } from '../output.ts'
import type { Permission } from './permissions.ts'

export interface WantedApplication {
  displayName: string
  /** Undefined: no change. */
  multiTenant: boolean | undefined
  redirectUris: string[]
  /** Undefined with http: Entra takes https addresses only. */
  logoutUrl: string | undefined
  permissions: Permission[]
  /** App roles, by their values. */
  roles: string[]
}

export interface ApplicationPlan {
  action: 'create' | 'update' | 'keep'
  /** For Graph: only the changes. */
  body: Record<string, unknown>
  lines: Line[]
}

/**
 * Claims of the ID token that Entra sends only if configured: the account, for sign-out without a picker;
 * the session, for front-channel sign-out; the time of authentication; whether the user is a guest; and the user's groups
 * (https://learn.microsoft.com/entra/identity-platform/optional-claims-reference).
 */
const optionalClaims = ['login_hint', 'sid', 'auth_time', 'acct', 'groups']

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
  const groups = planGroups(current, lines)
  if (groups) body['groupMembershipClaims'] = groups
  const roles = planRoles(wanted.roles, current?.appRoles ?? [], lines)
  if (roles) body['appRoles'] = roles

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

/**
 * Which groups are in the tokens: the user's security groups. Another choice of the organisation stays.
 * https://learn.microsoft.com/graph/api/resources/application#properties
 */
function planGroups(current: Application | undefined, lines: Line[]): string | undefined {
  const { groupMembershipClaims: present } = current ?? {}
  if (present && present !== 'None') return undefined
  lines.push(planLine('+', 'groups claim', 'security groups'))
  return 'SecurityGroup'
}

/** Roles are found by their value. Those of others stay, and so does one that was switched off. */
function planRoles(wanted: string[], present: AppRole[], lines: Line[]): AppRole[] | undefined {
  const missing = wanted.filter((role) => !present.some(({ value }) => value === role))
  if (missing.length === 0) return undefined
  for (const role of missing) lines.push(planLine('+', 'app role', role))
  return [...present, ...missing.map(newRole)]
}

function newRole(value: string): AppRole {
  return {
    id: roleId(value),
    value,
    displayName: value,
    description: `Users with the role ${value}`,
    allowedMemberTypes: ['User'],
    isEnabled: true,
  }
}

/** Unique within the application, and the same in a repeated run. */
function roleId(value: string): string {
  const hex = createHash('sha256').update(`gatehouse role ${value}`).digest('hex')
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...groups, hex.slice(20, 32)].join('-')
}
