/** The tenant's users: by id, by user name, by what somebody types. */

import { createAccountStates, type AccountStates } from './account-states.ts'
import { fold } from './fold.ts'
import type { TenantUser } from './user.ts'

export interface Directory extends AccountStates {
  readonly users: readonly TenantUser[]
  byId(id: string): TenantUser | undefined
  byUserName(userName: string): TenantUser | undefined
  /** The user whom either names. */
  byIdOrName(text: string): TenantUser | undefined
  /** The first `limit` users whose name or user name has a word that begins with each word of `text`. */
  find(text: string, limit: number): TenantUser[]
  /** Who may consent for the whole organisation. */
  admins(): TenantUser[]
  /** So many users from now on; without a count, as many as at the start. Whoever stays keeps id, name and state. */
  resize(count?: number): void
}

/**
 * @param make the first so many users
 * @param now ms since the epoch
 */
export function createDirectory(
  make: (count: number) => readonly TenantUser[],
  count: number,
  now: () => number,
): Directory {
  const states = createAccountStates(now)
  let register = registerOf(make(count))
  const byId = (id: string) => register.byId.get(id.toLowerCase())
  const byUserName = (name: string) => register.byUserName.get(name.trim().toLowerCase())
  return {
    ...states,
    get users() {
      return register.users
    },
    byId,
    byUserName,
    byIdOrName: (text) => byId(text) ?? byUserName(text),
    find: (text, limit) => findUsers(register.users, text, limit),
    admins: () => register.users.filter((user) => user.isAdmin),
    isDisabled: (id) => states.isDisabled(id) || byId(id)?.accountEnabled === false,
    resize: (size = count) => void (register = registerOf(make(size))),
  }
}

function registerOf(users: readonly TenantUser[]) {
  return {
    users,
    byId: new Map(users.map((user) => [user.id, user])),
    byUserName: new Map(users.map((user) => [user.userPrincipalName.toLowerCase(), user])),
  }
}

function findUsers(users: readonly TenantUser[], text: string, limit: number): TenantUser[] {
  const words = fold(text).split(/\s+/).filter(Boolean)
  if (words.length === 0) return users.slice(0, limit)
  const found: TenantUser[] = []
  for (const user of users) {
    if (found.length >= limit) break
    const whole = fold(user.userPrincipalName)
    const name = ` ${fold(user.displayName)} ${whole.replace('.', ' ')}`
    if (words.every((word) => name.includes(` ${word}`) || whole.startsWith(word))) found.push(user)
  }
  return found
}
