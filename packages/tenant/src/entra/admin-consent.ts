/** `/v2.0/adminconsent`: an administrator grants permissions for the whole organisation. https://learn.microsoft.com/entra/identity-platform/v2-admin-consent */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { adminConsentPage } from '../pages/consent.ts'
import { sendPage } from '../pages/layout.ts'
import type { World } from '../world.ts'
import { readTarget, type Target } from './authorize/request.ts'
import { describe, EntraError, type Problem } from './errors.ts'
import { formParameters, type Parameters, queryParameters, required } from './parameters.ts'
import { refuseCrossSite } from './authorize/accounts.ts'
import { isOpenId, openIdScopes, parseScopes } from './grants.ts'
import { requireTenant } from './client/index.ts'
import { sendTrace, throwFault, traceOf } from './apply-fault.ts'

const path = '/:tenant/v2.0/adminconsent'

type Route = { Params: { tenant: string } }

interface Consent {
  world: World
  target: Target
  scopes: readonly string[]
  request: FastifyRequest
  reply: FastifyReply
}

export function adminConsentRoutes(app: FastifyInstance, world: World): void {
  app.get<Route>(path, { config: { endpoint: 'adminconsent' } }, async (request, reply) =>
    answer(world, request, reply, ({ target, scopes }) => {
      throwFault(world, 'adminconsent', request)
      const admins = world.directory.admins()
      return sendPage(reply, adminConsentPage({ action: request.url, target, scopes, admins }))
    }),
  )
  app.post<Route>(path, async (request, reply) => {
    refuseCrossSite(request)
    const form = formParameters(request.body)
    return answer(world, request, reply, (consent) => decide(consent, form))
  })
}

function answer(
  world: World,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
  handle: (consent: Consent) => FastifyReply,
): FastifyReply {
  requireTenant(world, request.params.tenant)
  const parameters = queryParameters(request.url)
  const trace = traceOf(request, world.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const target = readTarget(world, parameters)
  try {
    const scopes = parseScopes(required(parameters, 'scope'))
    return handle({ world, target, scopes, request, reply })
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return sendBack(world, target, reply, {
      error: errorOf(error.problem),
      error_description: describe(error.problem, trace),
      error_uri: `${world.origin}/error?code=${error.problem.code}`,
    })
  }
}

function decide({ world, target, scopes, reply }: Consent, form: Parameters): FastifyReply {
  const admin = form.user === undefined ? undefined : world.directory.byId(form.user)
  if (form.cancel !== undefined || !admin?.isAdmin) throw new EntraError(65004)
  world.consents.grantForAll(target.client.clientId, [...openIdScopes, ...scopes])
  return sendBack(world, target, reply, { scope: scopes.map(fullName).join(' ') })
}

/** In a redirect of this endpoint, a refusal is called what it leaves behind. */
function errorOf({ code, error }: Problem): string {
  return code === 65004 ? 'consent_required' : error
}

function fullName(scope: string): string {
  return isOpenId(scope) ? scope : `https://graph.microsoft.com/${scope}`
}

function sendBack(
  world: World,
  { redirectUri, state }: Target,
  reply: FastifyReply,
  parameters: Record<string, string>,
): FastifyReply {
  const query = new URLSearchParams({
    admin_consent: 'True',
    tenant: world.tenantId,
    ...parameters,
    ...(state === undefined ? {} : { state }),
  })
  return reply.redirect(
    `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`,
    302,
  )
}
