/** One authorization request, the choice of its account, and the pages that lead to its answer. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { testAccounts, type Purpose, type TestAccount } from '../../directory/test-accounts.ts'
import { consentPage, needApprovalPage } from '../../pages/consent.ts'
import { sendPage } from '../../pages/layout.ts'
import { pickPage, signInPage, stepUpPage } from '../../pages/sign-in.ts'
import type { TenantState } from '../../tenant-state.ts'
import type { People } from '../../tenants/people.ts'
import { EntraError } from '../errors.ts'
import type { Accounts, SignedInAccount } from './accounts.ts'
import type { AuthorizeRequest, Target } from './request.ts'

export interface AuthorizeContext {
  /** That of the user, once there is one. */
  tenant: TenantState
  /** Who can sign in here. */
  people: People
  /** The same request at another tenant: its users, scopes and consents are that tenant's. */
  at(tenant: TenantState): AuthorizeContext
  target: Target
  asked: AuthorizeRequest
  /**
   * The address of this request with all of its parameters, to which the forms of its pages go. It has no path, so that
   * they also work under the path of a proxy.
   */
  action: string
  request: FastifyRequest
  reply: FastifyReply
}

type Choice =
  | { kind: 'use'; account: SignedInAccount }
  /** The user picks one of the accounts that are signed in, or another. */
  | { kind: 'pick' }
  /** The user signs in, as the hinted user or as any other. */
  | { kind: 'signIn'; userId: string | undefined }

/** Whom the request names, by whatever parameter. */
export interface Hint {
  isGiven: boolean
  /** Undefined: the tenant does not know them. */
  user: TenantUser | undefined
}

/**
 * Decides by the accounts that are signed in, `prompt`, `max_age` and the hint.
 *
 * @param now ms since the epoch
 * @throws EntraError what `prompt=none` cannot do without showing a page
 */
export function chooseAccount(
  { prompt, maxAge }: Pick<AuthorizeRequest, 'prompt' | 'maxAge'>,
  accounts: Accounts,
  hint: Hint,
  now: number,
): Choice {
  const found = hint.isGiven ? accounts.get(hint.user?.id ?? '') : onlyOne(accounts)
  const account = found && isRecent(found, maxAge, now) ? found : undefined
  if (prompt === 'none') return silent(accounts, account, hint)
  const userId = hint.user?.id
  // Accounts are made by nobody here, so `create` is a sign-in.
  if (prompt === 'login' || prompt === 'create') return { kind: 'signIn', userId }
  if (prompt === 'select_account' && accounts.size > 0) return { kind: 'pick' }
  if (account && prompt !== 'select_account') return { kind: 'use', account }
  if (found && prompt !== 'select_account') return { kind: 'signIn', userId: found.userId }
  if (!hint.isGiven && accounts.size > 0) return { kind: 'pick' }
  return { kind: 'signIn', userId }
}

/** Whether the account signed in within `max_age` seconds (OpenID Connect Core section 3.1.2.1). */
export function isRecent(
  { signedInAt }: SignedInAccount,
  maxAge: number | undefined,
  now: number,
): boolean {
  return maxAge === undefined || now - signedInAt < maxAge * 1000
}

function silent(
  accounts: Accounts,
  account: SignedInAccount | undefined,
  { isGiven }: Hint,
): Choice {
  if (account) return { kind: 'use', account }
  throw new EntraError(!isGiven && accounts.size > 1 ? 16000 : 50058)
}

function onlyOne(accounts: Accounts): SignedInAccount | undefined {
  return accounts.size === 1 ? accounts.values().next().value : undefined
}

/** The accounts that are signed in to this browser, exist and can be used here, by the id of the user here. */
export function accountsHere({ tenant, people, request }: AuthorizeContext): Accounts {
  return new Map(
    [...tenant.browsers.accounts(request).values()].flatMap(
      (account): [string, SignedInAccount][] => {
        const userId = people.here(account.userId)?.user.id
        return userId === undefined ? [] : [[userId, { ...account, userId }]]
      },
    ),
  )
}

/** The request at the tenant of a user who can sign in here. */
export function atTenantOf(exchange: AuthorizeContext, userId: string): AuthorizeContext {
  const tenant = exchange.people.byId(userId)?.tenant
  if (!tenant || tenant.tenantId === exchange.tenant.tenantId) return exchange
  if (exchange.request.journalEntry) exchange.request.journalEntry.tenantId = tenant.tenantId
  return exchange.at(tenant)
}

export function showAccounts(exchange: AuthorizeContext): FastifyReply {
  const { people, target, action, reply } = exchange
  const users = [...accountsHere(exchange).keys()].flatMap((id) => people.byId(id)?.user ?? [])
  return sendPage(reply, pickPage({ action, target, directory: people, users }))
}

export function showConsent(exchange: AuthorizeContext, user: TenantUser): FastifyReply {
  const { tenant, target, asked, action, reply } = exchange
  const { directory } = tenant
  return sendPage(reply, consentPage({ action, target, directory, user, scopes: asked.scopes }))
}

export function showNeedApproval(
  { tenant, target, action, reply }: AuthorizeContext,
  user: TenantUser,
  scopes: readonly string[],
): FastifyReply {
  const { directory } = tenant
  return sendPage(reply, needApprovalPage({ action, target, directory, user, scopes }))
}

export function showStepUp(
  { tenant, target, action, reply }: AuthorizeContext,
  user: TenantUser,
  contexts: readonly string[],
): FastifyReply {
  const { directory } = tenant
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
  { people, target, action, reply }: AuthorizeContext,
  suggested: readonly TenantUser[] | undefined,
  text = '',
  problem?: string,
  status = 200,
): FastifyReply {
  const users = suggested ?? people.find(text, shownUsers)
  const isFirst = suggested === undefined && text === ''
  const special = isFirst
    ? people.suggested
        .flatMap(({ directory }) => specialAccounts(directory.users, users))
        .filter(({ user }) => people.byId(user.id))
    : []
  const shown = { action, target, directory: people, users, special, text, problem }
  return sendPage(reply, signInPage(shown), status)
}
