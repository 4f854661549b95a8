/** `/authorize`: a person signs in and consents, and the application gets a code or tokens. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { nativeClientPage } from '../../pages/device-login.ts'
import { sendPage } from '../../pages/layout.ts'
import type { TenantState } from '../../tenant-state.ts'
import { isOfSeveral, type Located } from '../../tenants/lookup.ts'
import { peopleAt, sessionUserId } from '../../tenants/people.ts'
import { homeOf, visitedBy } from '../../tenants/visitors.ts'
import { userIdOfHint } from '../../tokens/id-token.ts'
import { applyFault } from '../apply-fault.ts'
import { findClient, requireAudience, requireTenant } from '../client/index.ts'
import { combinedConsents, missingConsent } from '../consent/permissions.ts'
import { EntraError, sendTrace, traceOf } from '../errors.ts'
import { readFirstVersionAuthorize } from '../first-version.ts'
import { formParameters, joined, queryParameters, type Parameters } from '../parameters.ts'
import { refuseCrossSite, type Accounts } from './accounts.ts'
import { canConsent, completeAuthorize, withScopesOf } from './complete.ts'
import {
  accountsHere,
  atTenantOf,
  chooseAccount,
  isRecent,
  showAccounts,
  showSignIn,
  type AuthorizeContext,
  type Hint,
} from './context.ts'
import { readAuthorizeRequest, readTarget, type Target } from './request.ts'
import { ofOtherTenant, refuseOthers, showNotHere, strangerNamed } from './strangers.ts'
import { sendError } from './response.ts'

type Route = { Params: { tenant: string } }

interface AuthorizeEndpoint {
  path: string
  version: 1 | 2
  read(parameters: Parameters): Parameters
}

const endpoints: readonly AuthorizeEndpoint[] = [
  { path: '/:tenant/oauth2/v2.0/authorize', version: 2, read: (parameters) => parameters },
  { path: '/:tenant/oauth2/authorize', version: 1, read: readFirstVersionAuthorize },
]

interface Asked {
  tenant: TenantState
  endpoint: AuthorizeEndpoint
  parameters: Parameters
  request: FastifyRequest<Route>
  reply: FastifyReply
}

export function authorizeRoutes(app: FastifyInstance, tenant: TenantState): void {
  for (const endpoint of endpoints) {
    const config = { endpoint: 'authorize' } as const
    app.get<Route>(endpoint.path, { config }, (request, reply) =>
      begin({ tenant, endpoint, parameters: queryParameters(request.url), request, reply }),
    )
    // The request may come by POST too (OpenID Connect Core section 3.1.2.1). The forms of the tenant's own pages go here
    // as well: their query is the application's, and their body is the person's and names no client.
    app.post<Route>(endpoint.path, (request, reply) => {
      const query = queryParameters(request.url)
      const form = formParameters(request.body)
      if (form.client_id !== undefined || form.response_type !== undefined) {
        if (request.journalEntry) request.journalEntry.endpoint = 'authorize'
        return begin({ tenant, endpoint, parameters: joined(query, form), request, reply })
      }
      refuseCrossSite(request)
      const asked = { tenant, endpoint, parameters: query, request, reply }
      return answer(asked, (exchange) => proceed(exchange, form))
    })
  }
  app.get('/:tenant/oauth2/nativeclient', async (_request, reply) =>
    sendPage(reply, nativeClientPage()),
  )
}

function begin(asked: Asked): Promise<FastifyReply> {
  return answer(asked, (exchange) => {
    applyFault(asked.tenant, 'authorize', asked.request)
    return chooseNext(exchange)
  })
}

async function answer(
  { tenant, endpoint, parameters, request, reply }: Asked,
  handle: (exchange: AuthorizeContext) => FastifyReply,
): Promise<FastifyReply> {
  const segment = requireTenant(tenant, request.params.tenant)
  const trace = traceOf(request, tenant.now(), parameters['client-request-id'])
  sendTrace(reply, trace)
  const { client_id: clientId, domain_hint: domainHint } = parameters
  const base = isOfSeveral(segment) ? homeOf(tenant, clientId) : visitedBy(tenant, clientId)
  const target = readTarget(base, parameters, 'optional')
  requireAudience(target.client, segment)
  const action = `?${new URLSearchParams(parameters).toString()}`
  const people = peopleAt(tenant, segment, domainHint)
  const at = (one: TenantState): AuthorizeContext => {
    const visited = visitedBy(one, clientId)
    const client = findClient(visited, target.client.clientId)
    const read = endpoint.read(parameters)
    const asked = readAt(visited, target, read, endpoint.version)
    const rest = { people, at, asked, action, request, reply }
    return { ...rest, tenant: visited, target: { ...target, client } }
  }
  try {
    return handle(at(base))
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return sendError(tenant, target, error.problem, trace, { request, reply })
  }
}

/** @throws EntraError */
function readAt(tenant: TenantState, target: Target, read: Parameters, version: 1 | 2) {
  try {
    return readAuthorizeRequest(tenant, target, read, version)
  } catch (error) {
    throw ofOtherTenant(tenant, read.scope, error)
  }
}

function chooseNext(exchange: AuthorizeContext): FastifyReply {
  const { tenant, people, asked } = exchange
  const accounts = accountsHere(exchange)
  const hint = hintOf(exchange, accounts)
  if (asked.prompt === 'none' && accounts.size === 0) refuseOthers(exchange)
  const choice = chooseAccount(asked, accounts, hint, tenant.now())
  if (choice.kind === 'use') return completeAuthorize(exchange, choice.account)
  if (choice.kind === 'pick') return showAccounts(exchange)
  const user = choice.userId === undefined ? undefined : people.byId(choice.userId)?.user
  if (user) return showSignIn(exchange, [user], asked.loginHint)
  const stranger = strangerNamed(exchange, asked.loginHint)
  if (stranger) return showNotHere(exchange, stranger)
  return showSignIn(exchange, undefined, asked.loginHint)
}

/**
 * The user of `login_hint`, of `id_token_hint` or of the session `sid`, in this order. `domain_hint` only leaves
 * users of other tenants out of the suggestions.
 */
function hintOf({ tenant, people, asked }: AuthorizeContext, accounts: Accounts): Hint {
  const { loginHint, hintedUserId, sid } = asked
  const byId = (id: string | undefined) => (id === undefined ? undefined : people.here(id)?.user)
  if (loginHint !== undefined) {
    const id = userIdOfHint(tenant, loginHint)
    const user = id === undefined ? people.bySignInName(loginHint)?.user : byId(id)
    return { isGiven: true, user }
  }
  if (hintedUserId !== undefined) return { isGiven: true, user: byId(hintedUserId) }
  if (sid === undefined) return { isGiven: false, user: undefined }
  const account = [...accounts.values()].find((one) => one.sid === sid)
  return { isGiven: true, user: byId(account?.userId) }
}

/** What the person chose on one of the pages. */
function proceed(given: AuthorizeContext, form: Parameters): FastifyReply {
  if (form.cancel !== undefined) throw new EntraError(65004, { subcode: 'cancel' })
  if (form.return !== undefined) throw new EntraError(90094)
  if (form.other !== undefined) return showSignIn(given, undefined, '')
  const found = form.user === undefined ? undefined : given.people.byId(form.user)
  if (!found) return search(given, form.user, form.q ?? '')
  if (form.accept === undefined && form.confirm === undefined) return signIn(given, found)
  const { user } = found
  const exchange = atTenantOf(given, user.id)
  const { tenant, asked, target } = exchange
  const account = accountsHere(exchange).get(user.id)
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

/** @param id of a user who cannot sign in here; undefined: none was chosen */
function search(exchange: AuthorizeContext, id: string | undefined, text: string): FastifyReply {
  const exact = exchange.people.bySignInName(text)
  if (exact) return signIn(exchange, exact)
  const stranger = strangerNamed(exchange, id ?? text)
  return stranger ? showNotHere(exchange, stranger) : showSignIn(exchange, undefined, text)
}

function signIn(exchange: AuthorizeContext, found: Located): FastifyReply {
  const { tenant, asked, request, reply } = exchange
  const { user } = found
  if (found.tenant.directory.isDisabled(user.id)) {
    return showSignIn(exchange, undefined, '', new EntraError(50057).message)
  }
  const now = tenant.now()
  const known = accountsHere(exchange).get(user.id)
  if (known && asked.prompt !== 'login' && isRecent(known, asked.maxAge, now)) {
    return completeAuthorize(exchange, known)
  }
  const account = tenant.browsers.signIn(request, reply, sessionUserId(found), now)
  return completeAuthorize(exchange, { ...account, userId: user.id })
}
