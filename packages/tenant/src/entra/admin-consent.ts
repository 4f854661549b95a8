/**
 * `/v2.0/adminconsent` and `/adminconsent`: an administrator grants permissions for the whole organisation. The first names
 * them in `scope`; `.default`, and the second, mean all that the registration lists, application permissions too.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { adminConsentPage } from '../pages/consent.ts'
import { sendPage } from '../pages/layout.ts'
import { assignAppRole } from '../registry/app-role-assignments.ts'
import { listedPermissions, type ListedPermission } from '../registry/listed-permissions.ts'
import { asLocation } from '../registry/redirect-uri.ts'
import type { TenantState } from '../tenant-state.ts'
import { isOfSeveral } from '../tenants/lookup.ts'
import { peopleAt, type People } from '../tenants/people.ts'
import { homeOf, visitedBy } from '../tenants/visitors.ts'
import { applyFault } from './apply-fault.ts'
import { refuseCrossSite } from './authorize/accounts.ts'
import { readTarget, type Target } from './authorize/request.ts'
import { requireTenant } from './client/index.ts'
import { listedScopes, scopeOf } from './consent/permissions.ts'
import { describe, EntraError, sendTrace, traceOf, type Problem } from './errors.ts'
import { formParameters, queryParameters, required, type Parameters } from './parameters.ts'
import { isDefault, isOpenId, openIdScopes, parseScopes } from './scopes.ts'

/** The endpoint of v1.0 has no `scope`, and its errors are its own. */
type Version = 1 | 2

const paths: readonly [Version, string][] = [
  [2, '/:tenant/v2.0/adminconsent'],
  [1, '/:tenant/adminconsent'],
]

type Route = { Params: { tenant: string } }

interface Consent {
  tenant: TenantState
  /** Who can sign in at this address. */
  people: People
  target: Target
  version: Version
  scopes: readonly string[]
  /** Application permissions. */
  roles: readonly ListedPermission[]
  request: FastifyRequest
  reply: FastifyReply
}

export function adminConsentRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const [version, path] of paths) {
    app.get<Route>(path, { config: { endpoint: 'adminconsent' } }, async (request, reply) =>
      answer(tenant, version, request, reply, ({ people, target, scopes, roles }) => {
        applyFault(tenant, 'adminconsent', request)
        const admins = people.tenants.flatMap(({ directory }) => directory.admins())
        const all = [...scopes, ...roles.map(scopeOf).filter((role) => !scopes.includes(role))]
        const page = adminConsentPage({
          action: request.url,
          target,
          directory: people,
          admins,
          scopes: all,
        })
        return sendPage(reply, page)
      }),
    )
    app.post<Route>(path, async (request, reply) => {
      refuseCrossSite(request)
      const form = formParameters(request.body)
      return answer(tenant, version, request, reply, (consent) => decide(consent, form))
    })
  }
}

function answer(
  tenant: TenantState,
  version: Version,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
  handle: (consent: Consent) => FastifyReply,
): FastifyReply {
  const segment = requireTenant(tenant, request.params.tenant)
  const parameters = queryParameters(request.url)
  const trace = traceOf(request, tenant.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const { client_id: clientId } = parameters
  const base = isOfSeveral(segment) ? homeOf(tenant, clientId) : visitedBy(tenant, clientId)
  const target = readTarget(base, parameters)
  try {
    const asked = permissionsOf(base, version, target, parameters)
    const people = peopleAt(tenant, segment)
    return handle({ tenant: base, people, target, version, ...asked, request, reply })
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return sendBack(base, target, reply, {
      error: errorOf(version, error.problem),
      error_description: describe(error.problem, trace),
      error_uri: `${tenant.origin}/error?code=${error.problem.code}`,
    })
  }
}

function permissionsOf(
  tenant: TenantState,
  version: Version,
  { client }: Target,
  parameters: Parameters,
): Pick<Consent, 'scopes' | 'roles'> {
  const { registry } = tenant
  const named = version === 1 ? undefined : parseScopes(required(parameters, 'scope'), registry)
  if (named && !named.some(isDefault)) return { scopes: named, roles: [] }
  const application = registry.entry(client.clientId)?.application
  const openId = named?.filter(isOpenId) ?? []
  return {
    scopes: [...new Set([...listedScopes(tenant, client.clientId), ...openId])],
    roles: application ? listedPermissions(registry, application, 'Role') : [],
  }
}

function decide(consent: Consent, form: Parameters): FastifyReply {
  const { people, target, version, scopes, roles, request, reply } = consent
  const { clientId } = target.client
  const admin = form.user === undefined ? undefined : people.byId(form.user)
  if (form.cancel !== undefined || !admin?.user.isAdmin) throw new EntraError(65004)
  const { tenant } = admin
  if (request.journalEntry) request.journalEntry.tenantId = tenant.tenantId
  tenant.registry.admit(clientId)
  tenant.consents.grantForAll(clientId, [...openIdScopes, ...scopes])
  const principalId = tenant.registry.entry(clientId)?.servicePrincipal?.id
  for (const { resource: asked, id } of principalId === undefined ? [] : roles) {
    // The same API, as it is present in the administrator's tenant.
    const resource = tenant.registry.entry(asked.application.appId)
    if (!resource?.servicePrincipal) continue
    const assignment = { appRoleId: id, principalId: principalId ?? '', principalType } as const
    assignAppRole(resource, assignment, tenant.now())
  }
  if (version === 1) return sendBack(tenant, target, reply, {})
  return sendBack(tenant, target, reply, { scope: scopes.map(fullName).join(' ') })
}

const principalType = 'ServicePrincipal'

/** A refusal by the administrator has a name of its own at each endpoint. */
function errorOf(version: Version, { code, error }: Problem): string {
  if (code !== 65004) return error
  return version === 1 ? 'permission_denied' : 'consent_required'
}

function fullName(scope: string): string {
  return isOpenId(scope) || scope.includes('/') ? scope : `https://graph.microsoft.com/${scope}`
}

function sendBack(
  tenant: TenantState,
  { redirectUri, state }: Target,
  reply: FastifyReply,
  parameters: Record<string, string>,
): FastifyReply {
  const query = new URLSearchParams({
    admin_consent: 'True',
    tenant: tenant.tenantId,
    ...parameters,
    ...(state === undefined ? {} : { state }),
  })
  return reply.redirect(
    `${asLocation(redirectUri)}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`,
    302,
  )
}
