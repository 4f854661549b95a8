import type { Directory } from '../../directory/directory.ts'

const named = 3

/** @param users object ids or user names */
export function namesOf(directory: Directory, users: readonly string[]): string {
  const names = users
    .slice(0, named)
    .map((user) => directory.byIdOrName(user)?.displayName ?? user)
    .join(', ')
  return users.length > named ? `${names} and ${users.length - named} more` : names
}
