/** The users that stand for a special case, so that a person can choose one by purpose. */

import type { TenantUser } from './user.ts'
import { hasPhoto } from './portrait.ts'

const purposes = [
  'reader',
  'auditor',
  'admin',
  'guest',
  'disabled',
  'noMail',
  'manyGroups',
  'tooManyGroups',
  'noPhoto',
  'rightToLeft',
  'noSpaces',
] as const

export type Purpose = (typeof purposes)[number]

export interface TestAccount {
  purpose: Purpose
  user: TenantUser
}

const rightToLeft = /^[\p{Script=Hebrew}\p{Script=Arabic}]/u
const unspaced = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]+$/u

const stands: Record<Purpose, (user: TenantUser) => boolean> = {
  reader: ({ roles }) => roles.length === 1 && roles[0] === 'Directory.Reader',
  auditor: ({ roles }) => roles.length === 1 && roles[0] === 'Directory.Auditor',
  admin: ({ isAdmin }) => isAdmin,
  guest: ({ userType }) => userType === 'Guest',
  disabled: ({ accountEnabled }) => !accountEnabled,
  noMail: ({ mail }) => mail === null,
  manyGroups: ({ groups }) => groups.length === 200,
  tooManyGroups: ({ groups }) => groups.length > 200,
  noPhoto: (user) => !hasPhoto(user),
  rightToLeft: ({ displayName }) => rightToLeft.test(displayName),
  noSpaces: ({ displayName }) => unspaced.test(displayName),
}

/** A user for each purpose, and another one for each; purposes for which nobody is left are left out. */
export function testAccounts(users: readonly TenantUser[]): TestAccount[] {
  const chosen = new Set<TenantUser>()
  return purposes.flatMap((purpose) => {
    const user = users.find((candidate) => !chosen.has(candidate) && stands[purpose](candidate))
    if (!user) return []
    chosen.add(user)
    return [{ purpose, user }]
  })
}

/** The first user with each role that is not the tenant's own, by preference one who has no other role. */
export function roleAccounts(users: readonly TenantUser[]): { role: string; user: TenantUser }[] {
  const found = new Map<string, TenantUser>()
  for (const user of users) {
    for (const role of user.roles) {
      const isBetter = user.roles.length === 1 && found.get(role)?.roles.length !== 1
      if (!found.has(role) || isBetter) found.set(role, user)
    }
  }
  return [...found].filter(([role]) => !ownRoles.has(role)).map(([role, user]) => ({ role, user }))
}

const ownRoles = new Set(['Directory.Reader', 'Directory.Auditor'])
