/** Makes a list of users ready to be asked for: a directory of 100 000 would otherwise answer its first requests late. */

import type { TenantUser } from '../directory/user.ts'
import { columnOf, searchable } from './columns.ts'
import { prepareOrders } from './order.ts'

export function prepareQueries(users: readonly TenantUser[]): readonly TenantUser[] {
  prepareOrders(users)
  for (const name of searchable) columnOf(users, name)
  return users
}
