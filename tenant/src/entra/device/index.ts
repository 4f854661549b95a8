/** Device authorization: a device gets a code, a person enters it elsewhere and signs in. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { deviceDonePage, deviceLoginPage } from '../../pages/device-login.ts'
import { sendPage } from '../../pages/send-page.ts'
import type { World } from '../../world.ts'
import { findClient, requireAudience } from '../find-client.ts'
import { formParameters, queryParameters, required } from '../parameters.ts'
import { refuseCrossSite } from '../same-site.ts'
import { parseScopes } from '../scopes.ts'
import { requireTenant } from '../tenant-of.ts'
import { throwFault } from '../throw-fault.ts'
import { sendTrace, traceOf } from '../trace.ts'
import { deviceCodeLifetime, type DeviceSignIn } from './device-codes.ts'
import { deviceRedirectUri } from './redirect-uri.ts'
import { devicePurpose, settle } from './settle.ts'

type Route = { Params: { tenant: string } }

export function deviceRoutes(app: FastifyInstance, world: World): void {
  app.post<Route>(
    '/:tenant/oauth2/v2.0/devicecode',
    { config: { endpoint: 'devicecode' } },
    async (request, reply) => {
      sendTrace(reply, traceOf(request, world.now()))
      const tenant = requireTenant(world, request.params.tenant)
      throwFault(world, 'devicecode', request)
      return begin(world, request, tenant)
    },
  )
  const config = { endpoint: 'devicelogin' } as const
  app.get('/devicelogin', { config }, async (request, reply) => {
    throwFault(world, 'devicelogin', request)
    return sendPage(reply, deviceLoginPage(queryParameters(request.url).otc ?? ''))
  })
  app.post('/devicelogin', { config }, async (request, reply) => enterCode(world, request, reply))
  app.get('/devicelogin/done', { config }, async (request, reply) => {
    const { name, problem } = settle(world, queryParameters(request.url))
    return sendPage(reply, deviceDonePage(name, problem))
  })
}

function begin(world: World, request: FastifyRequest, tenant: string): object {
  const form = formParameters(request.body)
  const client = findClient(world, required(form, 'client_id'))
  requireAudience(client, tenant)
  const scopes = parseScopes(required(form, 'scope'))
  const asked = { clientId: client.clientId, scopes, tenant }
  const { userCode, deviceCode } = world.deviceCodes.begin(asked, world.now())
  const page = `${world.origin}/devicelogin`
  return {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    expires_in: deviceCodeLifetime,
    interval: world.deviceCodes.interval,
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`,
  }
}

/** From here on it is a sign-in like any other, which ends at the tenant. */
function enterCode(world: World, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  refuseCrossSite(request)
  const { user_code: code = '' } = formParameters(request.body)
  const signIn = world.deviceCodes.byUserCode(code)
  if (!signIn || signIn.outcome.kind !== 'pending' || signIn.expiresAt <= world.now()) {
    const problem = 'That code did not work. Check it and try again.'
    return sendPage(reply, deviceLoginPage(code, problem), 400)
  }
  return reply.redirect(authorizeUrl(world, signIn), 302)
}

function authorizeUrl(world: World, { clientId, scopes, tenant, deviceCode }: DeviceSignIn) {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: deviceRedirectUri(world),
    response_type: 'code',
    response_mode: 'query',
    scope: scopes.join(' '),
    state: world.seal.seal(devicePurpose, { deviceCode }),
  })
  return `${world.origin}/${tenant}/oauth2/v2.0/authorize?${query.toString()}`
}
