/** The tenant's users, and what has happened to them: disabled, revoked. */

import type { TenantUser } from './user.ts'

export interface Directory {
  users: readonly TenantUser[]
  byId(id: string): TenantUser | undefined
  byUserName(userName: string): TenantUser | undefined
  /** The first `limit` users whose name or user name has a word that begins with each word of `text`. */
  find(text: string, limit: number): TenantUser[]
  disable(id: string): void
  isDisabled(id: string): boolean
  /** Ends every refresh token that the user has now. */
  revoke(id: string): void
  /** How often the user was revoked; a grant remembers it. A count, because a test's clock may stand still. */
  revocations(id: string): number
}

export function createDirectory(users: readonly TenantUser[]): Directory {
  const byId = new Map(users.map((user) => [user.id, user]))
  const byUserName = new Map(users.map((user) => [user.userPrincipalName.toLowerCase(), user]))
  const disabled = new Set<string>()
  const revoked = new Map<string, number>()
  return {
    users,
    byId: (id) => byId.get(id.toLowerCase()),
    byUserName: (userName) => byUserName.get(userName.trim().toLowerCase()),
    find: (text, limit) => findUsers(users, text, limit),
    disable: (id) => void disabled.add(id),
    isDisabled: (id) => disabled.has(id) || byId.get(id)?.accountEnabled === false,
    revoke: (id) => void revoked.set(id, (revoked.get(id) ?? 0) + 1),
    revocations: (id) => revoked.get(id) ?? 0,
  }
}

function findUsers(users: readonly TenantUser[], text: string, limit: number): TenantUser[] {
  const words = fold(text).split(/\s+/).filter(Boolean)
  const found: TenantUser[] = []
  for (const user of users) {
    if (found.length >= limit) break
    const name = ` ${fold(`${user.displayName} ${user.userPrincipalName.replace('.', ' ')}`)}`
    const whole = fold(user.userPrincipalName)
    if (words.every((word) => name.includes(` ${word}`) || whole.startsWith(word))) found.push(user)
  }
  return found
}

/** Without case and accents, so that "zoe" finds "Zoë". */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
