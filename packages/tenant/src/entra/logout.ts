/** `/logout`: ends an account's session in this browser, tells the applications, and leads back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isPostLogoutRedirectUri } from '../clients.ts'
import { sendPage } from '../pages/layout.ts'
import { pickSignOutPage, signedOutPage } from '../pages/sign-out.ts'
import { userOfSealedHint } from '../tokens/id-token.ts'
import { issuerOf, type World } from '../world.ts'
import { refuseCrossSite, type SignedInAccount } from './authorize/accounts.ts'
import { formParameters, type Parameters, queryParameters } from './parameters.ts'
import { requireTenant } from './client/index.ts'
import { throwFault } from './apply-fault.ts'

const path = '/:tenant/oauth2/v2.0/logout'

type Route = { Params: { tenant: string } }

interface Exchange {
  world: World
  parameters: Parameters
  request: FastifyRequest
  reply: FastifyReply
}

export function logoutRoutes(app: FastifyInstance, world: World): void {
  app.get<Route>(path, { config: { endpoint: 'logout' } }, async (request, reply) => {
    requireTenant(world, request.params.tenant)
    throwFault(world, 'logout', request)
    return begin({ world, parameters: queryParameters(request.url), request, reply })
  })
  app.post<Route>(path, async (request, reply) => {
    refuseCrossSite(request)
    requireTenant(world, request.params.tenant)
    const { user = '' } = formParameters(request.body)
    const exchange = { world, parameters: queryParameters(request.url), request, reply }
    return signOut(exchange, world.browsers.accounts(request).get(user))
  })
}

function begin(exchange: Exchange): FastifyReply {
  const { world, parameters, request, reply } = exchange
  const accounts = world.browsers.accounts(request)
  const hint = parameters.logout_hint
  const hinted = hint === undefined ? undefined : userOfSealedHint(world, hint)
  if (hinted) return signOut(exchange, accounts.get(hinted.id))
  if (accounts.size < 2) return signOut(exchange, [...accounts.values()][0])
  const users = [...accounts.keys()].map((id) => world.directory.byId(id))
  const page = pickSignOutPage({
    action: request.url,
    users: users.filter((user) => user !== undefined),
    next: redirectOf(world, parameters),
  })
  return sendPage(reply, page)
}

function signOut(exchange: Exchange, account: SignedInAccount | undefined): FastifyReply {
  const { world, parameters, request, reply } = exchange
  if (account) world.browsers.signOut(request, account.userId)
  const frames = account ? frontChannelUris(world, account) : []
  const next = redirectOf(world, parameters)
  if (next !== undefined && frames.length === 0) return reply.redirect(next, 302)
  const user = account && world.directory.byId(account.userId)
  return sendPage(reply, signedOutPage({ user, frames, next }))
}

/** Front-channel logout: one address for each application that the account was used for. */
function frontChannelUris(world: World, account: SignedInAccount): string[] {
  return [...account.clientIds].flatMap((clientId) => {
    const uri = world.registry.client(clientId)?.frontChannelLogoutUri
    if (uri === undefined) return []
    const address = new URL(uri)
    address.searchParams.set('iss', issuerOf(world))
    address.searchParams.set('sid', account.sid)
    return [address.href]
  })
}

/** Undefined when none was asked for, or one that no application has registered: then Entra stays on its own page. */
function redirectOf(world: World, parameters: Parameters): string | undefined {
  const { post_logout_redirect_uri: uri, state, client_id: clientId } = parameters
  const clients = world.registry
    .clients()
    .filter((client) => clientId === undefined || client.clientId === clientId)
  if (uri === undefined || !clients.some((client) => isPostLogoutRedirectUri(client, uri))) {
    return undefined
  }
  if (state === undefined) return uri
  const parameter = new URLSearchParams({ state }).toString()
  return `${uri}${uri.includes('?') ? '&' : '?'}${parameter}`
}
