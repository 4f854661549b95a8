/** Prepares orders and searches of users, because a directory of 100 000 would answer its first requests late. */

import type { TenantUser } from '../../directory/user.ts'
import { userType } from '../users/entity.ts'
import { ascending } from './order.ts'
import { columnOf } from './search.ts'

const searched = ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName']

export function prepareQueries(users: readonly TenantUser[]): readonly TenantUser[] {
  ascending(userType, users, 'displayName')
  ascending(userType, users, 'userPrincipalName')
  for (const name of searched) columnOf(userType, users, name)
  return users
}
