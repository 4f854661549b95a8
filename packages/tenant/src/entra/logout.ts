/** `/logout`: ends an account's session in this browser, notifies the applications, and redirects back. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sameAddress, sendPage } from '../pages/layout.ts'
import { pickSignOutPage, signedOutPage } from '../pages/sign-out.ts'
import { isPostLogoutRedirectUri } from '../registry/client.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { userOfSealedHint } from '../tokens/id-token.ts'
import { applyFault } from './apply-fault.ts'
import { refuseCrossSite, type SignedInAccount } from './authorize/accounts.ts'
import { requireTenant } from './client/index.ts'
import { formParameters, queryParameters, type Parameters } from './parameters.ts'

const path = '/:tenant/oauth2/v2.0/logout'

type Route = { Params: { tenant: string } }

interface Exchange {
  tenant: TenantState
  parameters: Parameters
  request: FastifyRequest
  reply: FastifyReply
}

export function logoutRoutes(app: FastifyInstance, tenant: TenantState): void {
  app.get<Route>(path, { config: { endpoint: 'logout' } }, async (request, reply) => {
    requireTenant(tenant, request.params.tenant)
    applyFault(tenant, 'logout', request)
    return begin({ tenant, parameters: queryParameters(request.url), request, reply })
  })
  app.post<Route>(path, async (request, reply) => {
    refuseCrossSite(request)
    requireTenant(tenant, request.params.tenant)
    const { user = '' } = formParameters(request.body)
    const exchange = { tenant, parameters: queryParameters(request.url), request, reply }
    return signOut(exchange, tenant.browsers.accounts(request).get(user))
  })
}

function begin(exchange: Exchange): FastifyReply {
  const { tenant, parameters, request, reply } = exchange
  const accounts = tenant.browsers.accounts(request)
  const hint = parameters.logout_hint
  const hinted = hint === undefined ? undefined : userOfSealedHint(tenant, hint)
  if (hinted) return signOut(exchange, accounts.get(hinted.id))
  if (accounts.size < 2) return signOut(exchange, [...accounts.values()][0])
  const users = [...accounts.keys()].map((id) => tenant.directory.byId(id))
  const page = pickSignOutPage({
    action: sameAddress(request.url),
    directory: tenant.directory,
    users: users.filter((user) => user !== undefined),
    next: redirectOf(tenant, parameters),
  })
  return sendPage(reply, page)
}

function signOut(exchange: Exchange, account: SignedInAccount | undefined): FastifyReply {
  const { tenant, parameters, request, reply } = exchange
  if (account) tenant.browsers.signOut(request, account.userId)
  const frames = account ? frontChannelUris(tenant, account) : []
  const next = redirectOf(tenant, parameters)
  if (next !== undefined && frames.length === 0) return reply.redirect(next, 302)
  const user = account && tenant.directory.byId(account.userId)
  return sendPage(reply, signedOutPage({ user, frames, next }))
}

/** Front-channel logout: one address for each application that the account was used for. */
function frontChannelUris(tenant: TenantState, account: SignedInAccount): string[] {
  return [...account.clientIds].flatMap((clientId) => {
    const uri = tenant.registry.client(clientId)?.frontChannelLogoutUri
    if (uri === undefined) return []
    const address = new URL(uri)
    address.searchParams.set('iss', issuerOf(tenant))
    address.searchParams.set('sid', account.sid)
    return [address.href]
  })
}

/** Undefined if none was asked for, or it is not registered: Entra then stays on its own page. */
function redirectOf(tenant: TenantState, parameters: Parameters): string | undefined {
  const { post_logout_redirect_uri: uri, state, client_id: clientId } = parameters
  const clients = tenant.registry
    .clients()
    .filter((client) => clientId === undefined || client.clientId === clientId)
  if (uri === undefined || !clients.some((client) => isPostLogoutRedirectUri(client, uri))) {
    return undefined
  }
  if (state === undefined) return uri
  const parameter = new URLSearchParams({ state }).toString()
  return `${uri}${uri.includes('?') ? '&' : '?'}${parameter}`
}
