/** Device authorization: a device gets a code, a person enters it elsewhere and signs in. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { deviceDonePage, deviceLoginPage } from '../../pages/device-login.ts'
import { sendPage } from '../../pages/layout.ts'
import type { World } from '../../world.ts'
import { findClient, requireAudience, requireTenant } from '../client/index.ts'
import { formParameters, type Parameters, queryParameters, required } from '../parameters.ts'
import { refuseCrossSite } from '../authorize/accounts.ts'
import { type Grant, parseScopes } from '../grants.ts'
import { sendTrace, throwFault, traceOf } from '../apply-fault.ts'
import { deviceCodeLifetime, type DeviceSignIn } from './device-codes.ts'
import { EntraError } from '../errors.ts'

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

/**
 * What the person has granted to the device, once.
 *
 * @throws EntraError 70016 `authorization_pending` or `slow_down`, 70018 `bad_verification_code`,
 * 70020 `expired_token`, 54005 for a second use, 65004 `authorization_declined`
 */
export function redeemDeviceCode(world: World, code: string, clientId: string): Grant {
  const signIn = world.deviceCodes.byDeviceCode(code)
  if (!signIn || signIn.clientId !== clientId) throw new EntraError(70018)
  const now = world.now()
  const { outcome } = signIn
  if (outcome.kind === 'redeemed') throw new EntraError(54005)
  if (outcome.kind === 'refused') throw outcome.error
  if (signIn.expiresAt <= now) throw new EntraError(70020)
  if (outcome.kind === 'pending') {
    // A tenth less: timers and networks are not exact.
    const isEarly = now - signIn.askedAt < world.deviceCodes.interval * 900
    signIn.askedAt = now
    throw new EntraError(70016, isEarly ? { error: 'slow_down' } : {})
  }
  signIn.outcome = { kind: 'redeemed' }
  return outcome.grant
}

/** Where a sign-in that was begun on another device ends: at the tenant itself. */
export function deviceRedirectUri(world: World): string {
  return `${world.origin}/devicelogin/done`
}

// The end of the person's part: what they decided is kept until the device asks.

/** Of the sealed `state`: who has it came through the page that takes codes. */
const devicePurpose = 'device_sign_in'

interface Settled {
  /** Of the application. */
  name: string
  problem: string | undefined
}

/** @throws EntraError 70018 for an answer that belongs to no sign-in */
function settle(world: World, answer: Parameters): Settled {
  const signIn = signInOf(world, answer.state)
  const client = signIn && world.registry.client(signIn.clientId)
  if (!signIn || !client || signIn.outcome.kind !== 'pending') throw new EntraError(70018)
  if (answer.code === undefined) return refuse(signIn, client.name, answer)
  const grant = world.codes.find(answer.code)
  const isOurs = grant?.clientId === signIn.clientId && !grant.used
  if (!isOurs || grant.redirectUri !== deviceRedirectUri(world)) throw new EntraError(70018)
  grant.used = true
  const { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts } = grant
  const plain = { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts }
  signIn.outcome = { kind: 'approved', grant: plain }
  return { name: client.name, problem: undefined }
}

function signInOf(world: World, state = ''): DeviceSignIn | undefined {
  const opened = world.seal.open(devicePurpose, state)
  if (typeof opened !== 'object' || opened === null || !('deviceCode' in opened)) return undefined
  return world.deviceCodes.byDeviceCode(String(opened.deviceCode))
}

function refuse(signIn: DeviceSignIn, name: string, answer: Parameters): Settled {
  const { error = 'access_denied', error_description: description = '' } = answer
  const code = Number(/^AADSTS(\d+)/.exec(description)?.[1] ?? 65004)
  const isDeclined = code === 65004
  const refusal = new EntraError(code, { error: isDeclined ? 'authorization_declined' : error })
  signIn.outcome = { kind: 'refused', error: refusal }
  return { name, problem: refusal.message }
}
