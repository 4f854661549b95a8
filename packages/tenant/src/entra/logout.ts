/** `/logout`: ends an account's session in this browser, notifies the applications, and redirects back. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendPage } from '../pages/layout.ts'
import { pickSignOutPage, signedOutPage } from '../pages/sign-out.ts'
import { isPostLogoutRedirectUri } from '../registry/client.ts'
import { asLocation } from '../registry/redirect-uri.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { locateUser, type Located } from '../tenants/lookup.ts'
import { peopleOf, sessionUserId } from '../tenants/people.ts'
import { homeOf } from '../tenants/visitors.ts'
import { userIdOfHint } from '../tokens/id-token.ts'
import { readIdTokenHint } from '../tokens/id-token-hint.ts'
import { applyFault } from './apply-fault.ts'
import { refuseCrossSite, type SignedInAccount } from './authorize/accounts.ts'
import { requireTenant } from './client/index.ts'
import { formParameters, joined, queryParameters, type Parameters } from './parameters.ts'

/** The second is that of v1.0, which applications with passport-azure-ad and older samples use. */
const paths = ['/:tenant/oauth2/v2.0/logout', '/:tenant/oauth2/logout']

type Route = { Params: { tenant: string } }

interface Exchange {
  tenant: TenantState
  parameters: Parameters
  request: FastifyRequest
  reply: FastifyReply
}

export function logoutRoutes(app: FastifyInstance, tenant: TenantState): void {
  const config = { endpoint: 'logout' } as const
  for (const path of paths) {
    app.get<Route>(path, { config }, async (request, reply) => {
      requireTenant(tenant, request.params.tenant)
      applyFault(tenant, 'logout', request)
      return begin({ tenant, parameters: queryParameters(request.url), request, reply })
    })
    // The request may come by POST too: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
    app.post<Route>(path, async (request, reply) => {
      requireTenant(tenant, request.params.tenant)
      const query = queryParameters(request.url)
      const form = formParameters(request.body)
      if (form.user === undefined) {
        if (request.journalEntry) request.journalEntry.endpoint = 'logout'
        applyFault(tenant, 'logout', request)
        return begin({ tenant, parameters: joined(query, form), request, reply })
      }
      // The form of the tenant's own page: its body is the person's choice.
      refuseCrossSite(request)
      const exchange = { tenant, parameters: query, request, reply }
      return signOut(exchange, tenant.browsers.accounts(request).get(form.user))
    })
  }
}

function begin(exchange: Exchange): FastifyReply {
  const { tenant, parameters, request, reply } = exchange
  const accounts = tenant.browsers.accounts(request)
  const hinted = hintedUser(tenant, parameters)
  if (hinted) return signOut(exchange, accounts.get(sessionUserId(hinted)))
  if (accounts.size < 2) return signOut(exchange, [...accounts.values()][0])
  const users = [...accounts.keys()].map((id) => locateUser(tenant.tenants, id)?.user)
  const page = pickSignOutPage({
    action: `?${new URLSearchParams(parameters).toString()}`,
    directory: peopleOf(tenant.tenants),
    users: users.filter((user) => user !== undefined),
    next: redirectOf(tenant, parameters),
  })
  return sendPage(reply, page)
}

/** By the claim `login_hint`, or by an ID token. Another hint is none: a sign-out is better than a refusal. */
function hintedUser({ tenants }: TenantState, parameters: Parameters): Located | undefined {
  const { logout_hint: hint, id_token_hint: token } = parameters
  for (const tenant of tenants) {
    const id = hint === undefined ? undefined : userIdOfHint(tenant, hint)
    const named = id === undefined ? undefined : tenant.directory.byId(id)
    const user = named ?? (token === undefined ? undefined : readIdTokenHint(tenant, token)?.user)
    if (user) return { tenant, user }
  }
  return undefined
}

function signOut(exchange: Exchange, account: SignedInAccount | undefined): FastifyReply {
  const { tenant, parameters, request, reply } = exchange
  if (account) tenant.browsers.signOut(request, account.userId)
  const frames = account ? frontChannelUris(tenant, account) : []
  const next = redirectOf(tenant, parameters)
  if (next !== undefined && frames.length === 0) return reply.redirect(asLocation(next), 302)
  const user = account && locateUser(tenant.tenants, account.userId)?.user
  return sendPage(reply, signedOutPage({ user, frames, next }))
}

/** Front-channel logout: one address for each application that the account was used for. */
function frontChannelUris({ tenants }: TenantState, account: SignedInAccount): string[] {
  const tenant = locateUser(tenants, account.userId)?.tenant
  if (!tenant) return []
  return [...account.clientIds].flatMap((clientId) => {
    const uri = homeOf(tenant, clientId).registry.client(clientId)?.frontChannelLogoutUri
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
  const clients = tenant.tenants
    .flatMap(({ registry }) => registry.clients())
    .filter((client) => clientId === undefined || client.clientId === clientId)
  if (uri === undefined || !clients.some((client) => isPostLogoutRedirectUri(client, uri))) {
    return undefined
  }
  if (state === undefined) return uri
  const parameter = new URLSearchParams({ state }).toString()
  return `${uri}${uri.includes('?') ? '&' : '?'}${parameter}`
}
