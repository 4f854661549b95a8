/** One authorization request, the choice of its account, and the pages that lead to its answer. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { testAccounts, type Purpose, type TestAccount } from '../../directory/test-accounts.ts'
import { consentPage, needApprovalPage } from '../../pages/consent.ts'
import { sameAddress, sendPage } from '../../pages/layout.ts'
import { pickPage, signInPage, stepUpPage } from '../../pages/sign-in.ts'
import type { TenantState } from '../../tenant-state.ts'
import { EntraError } from '../errors.ts'
import type { Accounts, SignedInAccount } from './accounts.ts'
import type { AuthorizeRequest, Target } from './request.ts'

export interface AuthorizeContext {
  tenant: TenantState
  target: Target
  asked: AuthorizeRequest
  request: FastifyRequest
  reply: FastifyReply
}

type Choice =
  | { kind: 'use'; account: SignedInAccount }
  /** The user picks one of the accounts that are signed in, or another. */
  | { kind: 'pick' }
  /** The user signs in, as the hinted user or as any other. */
  | { kind: 'signIn'; suggested: TenantUser | undefined }

/**
 * Decides by the accounts that are signed in, `prompt` and `login_hint`.
 *
 * @param hinted the user that `login_hint` names, if there is one
 * @throws EntraError what `prompt=none` cannot do without showing a page
 */
export function chooseAccount(
  { prompt, loginHint }: Pick<AuthorizeRequest, 'prompt' | 'loginHint'>,
  accounts: Accounts,
  hinted: TenantUser | undefined,
): Choice {
  const account = loginHint === undefined ? onlyOne(accounts) : accounts.get(hinted?.id ?? '')
  if (prompt === 'none') return silent(accounts, account, loginHint)
  if (prompt === 'login') return { kind: 'signIn', suggested: hinted }
  if (prompt === 'select_account' && accounts.size > 0) return { kind: 'pick' }
  if (account && prompt !== 'select_account') return { kind: 'use', account }
  if (loginHint === undefined && accounts.size > 0) return { kind: 'pick' }
  return { kind: 'signIn', suggested: hinted }
}

function silent(
  accounts: Accounts,
  account: SignedInAccount | undefined,
  loginHint: string | undefined,
): Choice {
  if (account) return { kind: 'use', account }
  throw new EntraError(loginHint === undefined && accounts.size > 1 ? 16000 : 50058)
}

function onlyOne(accounts: Accounts): SignedInAccount | undefined {
  return accounts.size === 1 ? accounts.values().next().value : undefined
}

export function showAccounts({ tenant, target, request, reply }: AuthorizeContext): FastifyReply {
  const accounts = [...tenant.browsers.accounts(request).keys()]
  const users = accounts.map((id) => tenant.directory.byId(id)).filter((user) => user !== undefined)
  return sendPage(
    reply,
    pickPage({ action: sameAddress(request.url), target, directory: tenant.directory, users }),
  )
}

export function showConsent(exchange: AuthorizeContext, user: TenantUser): FastifyReply {
  const { tenant, target, asked, request, reply } = exchange
  const [action, { directory }] = [sameAddress(request.url), tenant]
  return sendPage(reply, consentPage({ action, target, directory, user, scopes: asked.scopes }))
}

export function showNeedApproval(
  { tenant, target, request, reply }: AuthorizeContext,
  user: TenantUser,
  scopes: readonly string[],
): FastifyReply {
  const [action, { directory }] = [sameAddress(request.url), tenant]
  return sendPage(reply, needApprovalPage({ action, target, directory, user, scopes }))
}

export function showStepUp(
  { tenant, target, request, reply }: AuthorizeContext,
  user: TenantUser,
  contexts: readonly string[],
): FastifyReply {
  const [action, { directory }] = [sameAddress(request.url), tenant]
  return sendPage(reply, stepUpPage({ action, target, directory, user, contexts }))
}

const shownUsers = 6

/** What an app may have to handle; the other purposes are for a look at the directory. */
const offeredPurposes: readonly Purpose[] = [
  'admin',
  'guest',
  'disabled',
  'noMail',
  'tooManyGroups',
  'rightToLeft',
]

function specialAccounts(all: readonly TenantUser[], shown: readonly TenantUser[]): TestAccount[] {
  return testAccounts(all).filter(
    ({ purpose, user }) => offeredPurposes.includes(purpose) && !shown.includes(user),
  )
}

export function showSignIn(
  { tenant, target, request, reply }: AuthorizeContext,
  suggested: readonly TenantUser[] | undefined,
  text = '',
  problem?: string,
): FastifyReply {
  const { directory } = tenant
  const action = sameAddress(request.url)
  const users = suggested ?? directory.find(text, shownUsers)
  const isFirst = suggested === undefined && text === ''
  const special = isFirst ? specialAccounts(directory.users, users) : []
  const shown = { action, target, directory, users, special, text, problem }
  return sendPage(reply, signInPage(shown))
}
