/** `/authorize`: a person signs in and consents, and the application gets a code. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { userOfHint } from '../../tokens/id-token.ts'
import type { World } from '../../world.ts'
import { chooseAccount, type Exchange, showAccounts, showSignIn } from './context.ts'
import { readAuthorizeRequest, readTarget } from './request.ts'
import { finish, mayConsent, sendError } from './complete.ts'
import { EntraError } from '../errors.ts'
import { requireAudience, requireTenant } from '../client/index.ts'
import { formParameters, type Parameters, queryParameters } from '../parameters.ts'
import { refuseCrossSite } from './accounts.ts'
import { sendTrace, throwFault, traceOf } from '../apply-fault.ts'

const path = '/:tenant/oauth2/v2.0/authorize'

type Route = { Params: { tenant: string } }

export function authorizeRoutes(app: FastifyInstance, world: World): void {
  app.get<Route>(path, { config: { endpoint: 'authorize' } }, (request, reply) =>
    answer(world, request, reply, (exchange) => {
      throwFault(world, 'authorize', request)
      return begin(exchange)
    }),
  )
  // The forms of the tenant's own pages: the query is the application's, the body is the person's.
  app.post<Route>(path, (request, reply) => {
    refuseCrossSite(request)
    const form = formParameters(request.body)
    return answer(world, request, reply, (exchange) => proceed(exchange, form))
  })
}

async function answer(
  world: World,
  request: FastifyRequest<Route>,
  reply: FastifyReply,
  handle: (exchange: Exchange) => FastifyReply,
): Promise<FastifyReply> {
  const tenant = requireTenant(world, request.params.tenant)
  const parameters: Parameters = queryParameters(request.url)
  const trace = traceOf(request, world.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const target = readTarget(world, parameters)
  requireAudience(target.client, tenant)
  try {
    return handle({ world, target, asked: readAuthorizeRequest(parameters), request, reply })
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return sendError(world, target, error.problem, trace, { request, reply })
  }
}

function begin(exchange: Exchange): FastifyReply {
  const { world, asked, request } = exchange
  const hinted = asked.loginHint === undefined ? undefined : userOfHint(world, asked.loginHint)
  const choice = chooseAccount(asked, world.browsers.accounts(request), hinted)
  if (choice.kind === 'use') return finish(exchange, choice.account)
  if (choice.kind === 'pick') return showAccounts(exchange)
  return showSignIn(exchange, choice.suggested ? [choice.suggested] : undefined, asked.loginHint)
}

/** What the person chose on one of the pages. */
function proceed(exchange: Exchange, form: Parameters): FastifyReply {
  const { world, asked, target } = exchange
  if (form.cancel !== undefined) throw new EntraError(65004, { subcode: 'cancel' })
  if (form.return !== undefined) throw new EntraError(90094)
  if (form.other !== undefined) return showSignIn(exchange, undefined, '')
  const user = form.user === undefined ? undefined : world.directory.byId(form.user)
  if (!user) return search(exchange, form.q ?? '')
  if (form.accept === undefined && form.confirm === undefined) return signIn(exchange, user)
  const account = world.browsers.accounts(exchange.request).get(user.id)
  if (!account) return showSignIn(exchange, [user])
  if (form.confirm !== undefined) {
    for (const context of asked.claims.contexts) account.contexts.add(context)
    return finish(exchange, account)
  }
  if (mayConsent(world, user, asked.scopes)) {
    world.consents.grant(user.id, target.client.clientId, asked.scopes)
  }
  return finish(exchange, account, true)
}

function search(exchange: Exchange, text: string): FastifyReply {
  const exact = exchange.world.directory.byUserName(text)
  return exact ? signIn(exchange, exact) : showSignIn(exchange, undefined, text)
}

function signIn(exchange: Exchange, user: TenantUser): FastifyReply {
  const { world, asked, request, reply } = exchange
  if (world.directory.isDisabled(user.id)) {
    return showSignIn(exchange, undefined, '', `AADSTS50057: ${user.displayName} is disabled.`)
  }
  const known = asked.prompt === 'login' ? undefined : world.browsers.accounts(request).get(user.id)
  return finish(exchange, known ?? world.browsers.signIn(request, reply, user.id, world.now()))
}
