/** `/authorize`: a person signs in and consents, and the application gets a code. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import type { TenantState } from '../../tenant-state.ts'
import { userOfHint } from '../../tokens/id-token.ts'
import { applyFault } from '../apply-fault.ts'
import { requireAudience, requireTenant } from '../client/index.ts'
import { combinedConsents, missingConsent } from '../consent/permissions.ts'
import { EntraError, sendTrace, traceOf } from '../errors.ts'
import { formParameters, queryParameters, type Parameters } from '../parameters.ts'
import { refuseCrossSite } from './accounts.ts'
import { canConsent, completeAuthorize, sendError, withScopesOf } from './complete.ts'
import { chooseAccount, showAccounts, showSignIn, type AuthorizeContext } from './context.ts'
import { readAuthorizeRequest, readTarget } from './request.ts'

const path = '/:tenant/oauth2/v2.0/authorize'

type Route = { Params: { tenant: string } }

export function authorizeRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get<Route>(path, { config: { endpoint: 'authorize' } }, (request, reply) =>
    answer(tenant, request, reply, (exchange) => {
      applyFault(tenant, 'authorize', request)
      return begin(exchange)
    }),
  )
  // The forms of the tenant's own pages: the query is the application's, the body is the person's.
  app.post<Route>(path, (request, reply) => {
    refuseCrossSite(request)
    const form = formParameters(request.body)
    return answer(tenant, request, reply, (exchange) => proceed(exchange, form))
  })
}

async function answer(
  tenant: TenantState,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
  handle: (exchange: AuthorizeContext) => FastifyReply,
): Promise<FastifyReply> {
  const segment = requireTenant(tenant, request.params.tenant)
  const parameters: Parameters = queryParameters(request.url)
  const trace = traceOf(request, tenant.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const target = readTarget(tenant, parameters)
  requireAudience(target.client, segment)
  try {
    return handle({
      tenant,
      target,
      asked: readAuthorizeRequest(tenant, parameters),
      request,
      reply,
    })
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return sendError(tenant, target, error.problem, trace, { request, reply })
  }
}

function begin(exchange: AuthorizeContext): FastifyReply {
  const { tenant, asked, request } = exchange
  const hinted = asked.loginHint === undefined ? undefined : userOfHint(tenant, asked.loginHint)
  const choice = chooseAccount(asked, tenant.browsers.accounts(request), hinted)
  if (choice.kind === 'use') return completeAuthorize(exchange, choice.account)
  if (choice.kind === 'pick') return showAccounts(exchange)
  return showSignIn(exchange, choice.suggested ? [choice.suggested] : undefined, asked.loginHint)
}

/** What the person chose on one of the pages. */
function proceed(exchange: AuthorizeContext, form: Parameters): FastifyReply {
  const { tenant, asked, target } = exchange
  if (form.cancel !== undefined) throw new EntraError(65004, { subcode: 'cancel' })
  if (form.return !== undefined) throw new EntraError(90094)
  if (form.other !== undefined) return showSignIn(exchange, undefined, '')
  const user = form.user === undefined ? undefined : tenant.directory.byId(form.user)
  if (!user) return search(exchange, form.q ?? '')
  if (form.accept === undefined && form.confirm === undefined) return signIn(exchange, user)
  const account = tenant.browsers.accounts(exchange.request).get(user.id)
  if (!account) return showSignIn(exchange, [user])
  if (form.confirm !== undefined) {
    for (const context of asked.claims.contexts) account.contexts.add(context)
    return completeAuthorize(exchange, account)
  }
  const { clientId } = target.client
  const behind = combinedConsents(tenant, clientId, asked.scopes)
  const { scopes } = withScopesOf(exchange, user).asked
  // An administrator may have granted others to all users.
  const missing = missingConsent(tenant, user.id, clientId, scopes)
  if (canConsent(tenant, user, [...missing, ...behind.flatMap((one) => one.scopes)])) {
    tenant.consents.grant(user.id, clientId, missing)
    for (const api of behind) tenant.consents.grant(user.id, api.clientId, api.scopes)
  }
  return completeAuthorize(exchange, account, true)
}

function search(exchange: AuthorizeContext, text: string): FastifyReply {
  const exact = exchange.tenant.directory.bySignInName(text)
  return exact ? signIn(exchange, exact) : showSignIn(exchange, undefined, text)
}

function signIn(exchange: AuthorizeContext, user: TenantUser): FastifyReply {
  const { tenant, asked, request, reply } = exchange
  if (tenant.directory.isDisabled(user.id)) {
    return showSignIn(exchange, undefined, '', new EntraError(50057).message)
  }
  const known =
    asked.prompt === 'login' ? undefined : tenant.browsers.accounts(request).get(user.id)
  return completeAuthorize(
    exchange,
    known ?? tenant.browsers.signIn(request, reply, user.id, tenant.now()),
  )
}
