import type { Tenant } from '@gatehouse/tenant'
import { people } from '@gatehouse/tenant/testing'
import { localTenant } from '../../src/config/index.ts'
import { goodKey } from './config-folder.ts'
import { tokenRequests } from './token-requests.ts'

/**
 * All secret or personal values that were sent so far, by kind.
 *
 * @param cookieHeader the cookies of the first person's browser; its server has {@link goodKey}
 */
export function secretsOf(tenant: Tenant, cookieHeader: string): Map<string, string> {
  const found = new Map([
    ['client secret', localTenant.clientSecret],
    ['session key', goodKey],
  ])
  const add = (name: string, value: unknown) => {
    if (typeof value === 'string' && value.length > 8) found.set(`${name} ${found.size}`, value)
  }
  for (const entry of tenant.journal.entries()) {
    for (const name of ['state', 'nonce', 'code_challenge', 'login_hint', 'logout_hint']) {
      add(name, entry.query[name])
    }
    add('access token', String(entry.headers['authorization'] ?? '').replace('Bearer ', ''))
  }
  for (const form of tokenRequests(tenant)) {
    for (const name of ['code', 'code_verifier', 'refresh_token']) add(name, form[name])
  }
  for (const pair of cookieHeader.split('; ')) add('cookie', pair.slice(pair.indexOf('=') + 1))
  const { first } = people(tenant)
  add('user name', first.userPrincipalName)
  add('name', first.displayName)
  add('object id', first.id)
  return found
}
