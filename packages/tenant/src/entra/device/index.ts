/**
 * Device authorization: a device gets a code, and a user enters it elsewhere and signs in.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { deviceDonePage, deviceLoginPage } from '../../pages/device-login.ts'
import { sendPage } from '../../pages/layout.ts'
import { words } from '../../pages/words.ts'
import type { TenantState } from '../../tenant-state.ts'
import { isOfSeveral } from '../../tenants/lookup.ts'
import { homeOf, visitedBy } from '../../tenants/visitors.ts'
import { applyFault } from '../apply-fault.ts'
import { refuseCrossSite } from '../authorize/accounts.ts'
import { findClient, requireAudience, requireTenant } from '../client/index.ts'
import { EntraError, sendTrace, traceOf } from '../errors.ts'
import { grantOf, type Grant } from '../grants.ts'
import { formParameters, queryParameters, required, type Parameters } from '../parameters.ts'
import { parseScopes } from '../scopes.ts'
import { deviceCodeLifetime, type DeviceSignIn } from './device-codes.ts'

type Route = { Params: { tenant: string } }

export function deviceRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.post<Route>(
    '/:tenant/oauth2/v2.0/devicecode',
    { config: { endpoint: 'devicecode' } },
    async (request, reply) => {
      sendTrace(reply, traceOf(request, tenant.now()))
      const segment = requireTenant(tenant, request.params.tenant)
      applyFault(tenant, 'devicecode', request)
      return begin(tenant, request, segment)
    },
  )
  const config = { endpoint: 'devicelogin' } as const
  app.get('/devicelogin', { config }, async (request, reply) => {
    applyFault(tenant, 'devicelogin', request)
    return sendPage(reply, deviceLoginPage(queryParameters(request.url).otc ?? ''))
  })
  app.post('/devicelogin', { config }, async (request, reply) => enterCode(tenant, request, reply))
  app.get('/devicelogin/done', { config }, async (request, reply) => {
    const { name, problem } = settle(tenant, queryParameters(request.url))
    return sendPage(reply, deviceDonePage(name, problem))
  })
}

function begin(addressed: TenantState, request: FastifyRequest, segment: string): object {
  const form = formParameters(request.body)
  const { client_id: clientId } = form
  const tenant = isOfSeveral(segment) ? homeOf(addressed, clientId) : visitedBy(addressed, clientId)
  const client = findClient(tenant, required(form, 'client_id'))
  requireAudience(client, segment)
  const scopes = parseScopes(required(form, 'scope'), tenant.registry)
  const asked = { clientId: client.clientId, scopes, segment }
  const { userCode, deviceCode } = tenant.deviceCodes.begin(asked, tenant.now())
  const page = `${tenant.origin}/devicelogin`
  return {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    expires_in: deviceCodeLifetime,
    interval: tenant.deviceCodes.interval,
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`,
  }
}

/** Sends the browser to an ordinary sign-in, which ends at the tenant. */
function enterCode(
  tenant: TenantState,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  refuseCrossSite(request)
  const { user_code: code = '' } = formParameters(request.body)
  const signIn = tenant.deviceCodes.byUserCode(code)
  if (!signIn || signIn.outcome.kind !== 'pending' || signIn.expiresAt <= tenant.now()) {
    return sendPage(reply, deviceLoginPage(code, words.device.wrongCode), 400)
  }
  return reply.redirect(authorizeUrl(tenant, signIn), 302)
}

function authorizeUrl(
  tenant: TenantState,
  { clientId, scopes, segment, deviceCode }: DeviceSignIn,
) {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: deviceRedirectUri(tenant),
    response_type: 'code',
    response_mode: 'query',
    scope: scopes.join(' '),
    state: tenant.seal.seal(devicePurpose, { deviceCode }),
  })
  return `${tenant.origin}/${segment}/oauth2/v2.0/authorize?${query.toString()}`
}

/**
 * Returns what the user has granted to the device, once.
 *
 * @throws EntraError 70016 `authorization_pending` or `slow_down`, 70018 `bad_verification_code`,
 * 70020 `expired_token`, 54005 for a second use, 65004 `authorization_declined`
 */
export function redeemDeviceCode(tenant: TenantState, code: string, clientId: string): Grant {
  const signIn = tenant.deviceCodes.byDeviceCode(code)
  if (!signIn || signIn.clientId !== clientId) throw new EntraError(70018)
  const now = tenant.now()
  const { outcome } = signIn
  if (outcome.kind === 'redeemed') throw new EntraError(54005)
  if (outcome.kind === 'refused') throw outcome.error
  if (signIn.expiresAt <= now) throw new EntraError(70020)
  if (outcome.kind === 'pending') {
    // A tenth less: timers and networks are not exact.
    const isEarly = now - signIn.askedAt < tenant.deviceCodes.interval * 900
    signIn.askedAt = now
    throw new EntraError(70016, isEarly ? { error: 'slow_down' } : {})
  }
  signIn.outcome = { kind: 'redeemed' }
  return outcome.grant
}

/** The address at which a device's sign-in ends: at the tenant itself. */
export function deviceRedirectUri(tenant: TenantState): string {
  return `${tenant.origin}/devicelogin/done`
}

/** Of the sealed `state`, which only the page that takes codes makes. */
const devicePurpose = 'device_sign_in'

interface Settled {
  /** Of the application. */
  name: string
  problem: string | undefined
}

/**
 * Keeps the user's decision until the device asks.
 *
 * @throws EntraError 70018 for an answer that belongs to no sign-in
 */
function settle(tenant: TenantState, answer: Parameters): Settled {
  const signIn = signInOf(tenant, answer.state)
  const client = signIn && homeOf(tenant, signIn.clientId).registry.client(signIn.clientId)
  if (!signIn || !client || signIn.outcome.kind !== 'pending') throw new EntraError(70018)
  if (answer.code === undefined) return refuse(signIn, client.name, answer)
  const grant = tenant.codes.find(answer.code)
  const isOurs = grant?.clientId === signIn.clientId && !grant.used
  if (!isOurs || grant.redirectUri !== deviceRedirectUri(tenant)) throw new EntraError(70018)
  grant.used = true
  signIn.outcome = { kind: 'approved', grant: grantOf(grant) }
  return { name: client.name, problem: undefined }
}

function signInOf(tenant: TenantState, state = ''): DeviceSignIn | undefined {
  const opened = tenant.seal.open(devicePurpose, state)
  if (typeof opened !== 'object' || opened === null || !('deviceCode' in opened)) return undefined
  return tenant.deviceCodes.byDeviceCode(String(opened.deviceCode))
}

function refuse(signIn: DeviceSignIn, name: string, answer: Parameters): Settled {
  const { error = 'access_denied', error_description: description = '' } = answer
  const code = Number(/^AADSTS(\d+)/.exec(description)?.[1] ?? 65004)
  const isDeclined = code === 65004
  const refusal = new EntraError(code, { error: isDeclined ? 'authorization_declined' : error })
  signIn.outcome = { kind: 'refused', error: refusal }
  return { name, problem: refusal.message }
}
