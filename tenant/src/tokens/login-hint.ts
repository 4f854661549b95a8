/** The `login_hint` claim: names a user without telling the name; `login_hint` and `logout_hint` take it back. */

import type { TenantUser } from '../directory/user.ts'
import type { World } from '../world.ts'

const purpose = 'login_hint'
const prefix = 'O.'

export function loginHint(world: World, user: TenantUser): string {
  return prefix + world.seal.seal(purpose, { oid: user.id })
}

/** The user that a `login_hint` parameter names: by the claim, or by user name. */
export function userOfHint(world: World, hint: string): TenantUser | undefined {
  return userOfSealedHint(world, hint) ?? world.directory.byUserName(hint)
}

export function userOfSealedHint(world: World, hint: string): TenantUser | undefined {
  if (!hint.startsWith(prefix)) return undefined
  const opened = world.seal.open(purpose, hint.slice(prefix.length))
  if (typeof opened !== 'object' || opened === null || !('oid' in opened)) return undefined
  return world.directory.byId(String(opened.oid))
}
