/** `/authorize`: a person signs in and consents, and the application gets a code. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../directory/user.ts'
import { consentPage } from '../pages/consent.ts'
import { pickPage } from '../pages/pick.ts'
import { sendPage } from '../pages/send-page.ts'
import { signInPage } from '../pages/sign-in.ts'
import { clientInfo } from '../tokens/client-info.ts'
import { userOfHint } from '../tokens/login-hint.ts'
import type { World } from '../world.ts'
import {
  readAuthorizeRequest,
  readTarget,
  type AuthorizeRequest,
  type Target,
} from './authorize-request.ts'
import { sendCode, sendError } from './authorize-response.ts'
import type { SignedInAccount } from './browser-accounts.ts'
import { chooseAccount } from './choose-account.ts'
import { EntraError } from './errors.ts'
import { formParameters, queryParameters, type Parameters } from './parameters.ts'
import { refuseCrossSite } from './same-site.ts'
import { requireTenant } from './tenant-of.ts'
import { throwFault } from './throw-fault.ts'
import { sendTrace, traceOf } from './trace.ts'

const path = '/:tenant/oauth2/v2.0/authorize'

type Route = { Params: { tenant: string } }

/** One request in the course of a sign-in, and all that answering it takes. */
interface Exchange {
  world: World
  target: Target
  asked: AuthorizeRequest
  request: FastifyRequest
  reply: FastifyReply
}

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
  requireTenant(world, request.params.tenant)
  const parameters: Parameters = queryParameters(request.url)
  const trace = traceOf(request, world.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const target = readTarget(world, parameters)
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
  if (form.other !== undefined) return showSignIn(exchange, undefined, '')
  const user = form.user === undefined ? undefined : world.directory.byId(form.user)
  if (form.accept !== undefined && user) {
    const account = world.browsers.accounts(exchange.request).get(user.id)
    if (!account) return showSignIn(exchange, [user])
    world.consents.grant(user.id, target.client.clientId, asked.scopes)
    return finish(exchange, account, true)
  }
  if (user) return signIn(exchange, user)
  return search(exchange, form.q ?? '')
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

function finish(exchange: Exchange, account: SignedInAccount, consented = false): FastifyReply {
  const { world, target, asked, request, reply } = exchange
  const user = world.directory.byId(account.userId)
  if (!user || world.directory.isDisabled(user.id)) throw new EntraError(50057)
  const { clientId } = target.client
  const missing = world.consents.missing(user.id, clientId, asked.scopes)
  if (missing.length > 0 || (asked.prompt === 'consent' && !consented)) {
    if (asked.prompt === 'none') throw new EntraError(65001)
    return showConsent(exchange, user)
  }
  account.clientIds.add(clientId)
  const grant = {
    clientId,
    userId: user.id,
    scopes: asked.scopes,
    sid: account.sid,
    authenticatedAt: account.signedInAt,
    revocations: world.directory.revocations(user.id),
    redirectUri: target.redirectUri,
    nonce: asked.nonce,
    challenge: asked.challenge,
  }
  const code = world.codes.issue(grant, world.now())
  const info = asked.clientInfo ? clientInfo(world, user) : undefined
  return sendCode(
    world,
    target,
    { code, clientInfo: info, sessionState: account.sid },
    { request, reply },
  )
}

function showAccounts({ world, target, request, reply }: Exchange): FastifyReply {
  const accounts = [...world.browsers.accounts(request).keys()]
  const users = accounts.map((id) => world.directory.byId(id)).filter((user) => user !== undefined)
  return sendPage(reply, pickPage({ action: request.url, target, users }))
}

function showConsent({ target, asked, request, reply }: Exchange, user: TenantUser): FastifyReply {
  return sendPage(reply, consentPage({ action: request.url, target, user, scopes: asked.scopes }))
}

const shownUsers = 6

function showSignIn(
  { world, target, request, reply }: Exchange,
  suggested: readonly TenantUser[] | undefined,
  text = '',
  problem?: string,
): FastifyReply {
  const users = suggested ?? world.directory.find(text, shownUsers)
  const page = signInPage({ action: request.url, target, users, text, problem })
  return sendPage(reply, page)
}
