/**
 * `/v2.0/adminconsent`: an administrator grants permissions for the whole organisation.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { adminConsentPage } from '../pages/consent.ts'
import { sendPage } from '../pages/layout.ts'
import type { TenantState } from '../tenant-state.ts'
import { applyFault } from './apply-fault.ts'
import { refuseCrossSite } from './authorize/accounts.ts'
import { readTarget, type Target } from './authorize/request.ts'
import { requireTenant } from './client/index.ts'
import { describe, EntraError, sendTrace, traceOf, type Problem } from './errors.ts'
import { formParameters, queryParameters, required, type Parameters } from './parameters.ts'
import { isOpenId, openIdScopes, parseScopes } from './scopes.ts'

const path = '/:tenant/v2.0/adminconsent'

type Route = { Params: { tenant: string } }

interface Consent {
  tenant: TenantState
  target: Target
  scopes: readonly string[]
  request: FastifyRequest
  reply: FastifyReply
}

export function adminConsentRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get<Route>(path, { config: { endpoint: 'adminconsent' } }, async (request, reply) =>
    answer(tenant, request, reply, ({ target, scopes }) => {
      applyFault(tenant, 'adminconsent', request)
      const { directory } = tenant
      return sendPage(reply, adminConsentPage({ action: request.url, target, directory, scopes }))
    }),
  )
  app.post<Route>(path, async (request, reply) => {
    refuseCrossSite(request)
    const form = formParameters(request.body)
    return answer(tenant, request, reply, (consent) => decide(consent, form))
  })
}

function answer(
  tenant: TenantState,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
  handle: (consent: Consent) => FastifyReply,
): FastifyReply {
  requireTenant(tenant, request.params.tenant)
  const parameters = queryParameters(request.url)
  const trace = traceOf(request, tenant.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const target = readTarget(tenant, parameters)
  try {
    const scopes = parseScopes(required(parameters, 'scope'), tenant.registry)
    return handle({ tenant, target, scopes, request, reply })
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return sendBack(tenant, target, reply, {
      error: errorOf(error.problem),
      error_description: describe(error.problem, trace),
      error_uri: `${tenant.origin}/error?code=${error.problem.code}`,
    })
  }
}

function decide({ tenant, target, scopes, reply }: Consent, form: Parameters): FastifyReply {
  const admin = form.user === undefined ? undefined : tenant.directory.byId(form.user)
  if (form.cancel !== undefined || !admin?.isAdmin) throw new EntraError(65004)
  tenant.consents.grantForAll(target.client.clientId, [...openIdScopes, ...scopes])
  return sendBack(tenant, target, reply, { scope: scopes.map(fullName).join(' ') })
}

/** A refusal by the administrator is `consent_required` in a redirect of this endpoint. */
function errorOf({ code, error }: Problem): string {
  return code === 65004 ? 'consent_required' : error
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
    `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`,
    302,
  )
}
