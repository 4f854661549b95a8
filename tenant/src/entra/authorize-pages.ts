/** The pages that a person meets between an authorization request and its answer. */

import type { FastifyReply } from 'fastify'
import type { TenantUser } from '../directory/user.ts'
import { consentPage } from '../pages/consent.ts'
import { needApprovalPage } from '../pages/need-approval.ts'
import { pickPage } from '../pages/pick.ts'
import { sendPage } from '../pages/send-page.ts'
import { signInPage } from '../pages/sign-in.ts'
import { stepUpPage } from '../pages/step-up.ts'
import type { Exchange } from './exchange.ts'

export function showAccounts({ world, target, request, reply }: Exchange): FastifyReply {
  const accounts = [...world.browsers.accounts(request).keys()]
  const users = accounts.map((id) => world.directory.byId(id)).filter((user) => user !== undefined)
  return sendPage(reply, pickPage({ action: request.url, target, users }))
}

export function showConsent(exchange: Exchange, user: TenantUser): FastifyReply {
  const { target, asked, request, reply } = exchange
  return sendPage(reply, consentPage({ action: request.url, target, user, scopes: asked.scopes }))
}

export function showNeedApproval(
  { target, request, reply }: Exchange,
  user: TenantUser,
  scopes: readonly string[],
): FastifyReply {
  return sendPage(reply, needApprovalPage({ action: request.url, target, user, scopes }))
}

export function showStepUp(
  { target, request, reply }: Exchange,
  user: TenantUser,
  contexts: readonly string[],
): FastifyReply {
  return sendPage(reply, stepUpPage({ action: request.url, target, user, contexts }))
}

const shownUsers = 6

export function showSignIn(
  { world, target, request, reply }: Exchange,
  suggested: readonly TenantUser[] | undefined,
  text = '',
  problem?: string,
): FastifyReply {
  const users = suggested ?? world.directory.find(text, shownUsers)
  const page = signInPage({ action: request.url, target, users, text, problem })
  return sendPage(reply, page)
}
