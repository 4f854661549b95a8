/** Which account an authorization request is for: decided from who is signed in, `prompt` and `login_hint`. */

import type { TenantUser } from '../directory/user.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import type { Accounts, SignedInAccount } from './browser-accounts.ts'
import { EntraError } from './errors.ts'

export type Choice =
  | { kind: 'use'; account: SignedInAccount }
  /** The person picks one of the accounts that are signed in, or another. */
  | { kind: 'pick' }
  /** The person signs in, as the hinted user or anybody. */
  | { kind: 'signIn'; suggested: TenantUser | undefined }

/**
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
