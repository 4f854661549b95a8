/** What the directory's entry of a person says, in the form in which the pages show it. */
import { displayName } from '@gatehouse/contract/display-name'
import type { DirectoryUser } from '@gatehouse/shared/users'

export function nameOf({ displayName: name, userPrincipalName }: DirectoryUser): string {
  return displayName(name, userPrincipalName)
}

/**
 * The address at home of an account that was invited from elsewhere: its user name here is made of it,
 * `ada_partner.example#EXT#@tenant.example`. Undefined for the organisation's own accounts.
 *
 * https://learn.microsoft.com/entra/external-id/user-properties
 */
export function homeAddress({ userPrincipalName }: DirectoryUser): string | undefined {
  const before = /^(.+)#EXT#@/i.exec(userPrincipalName)?.[1]
  // A domain has no underscore, so it is the last one.
  const parts = before === undefined ? null : /^(.+)_([^_]+)$/.exec(before)
  return parts ? `${parts[1]}@${parts[2]}` : undefined
}

/** What the list shows as the user name. */
export function shownUserName(user: DirectoryUser): string {
  return homeAddress(user) ?? user.userPrincipalName
}

/** The e-mail address, if the user name does not say it already. In most organisations the two are the same. */
export function otherMail(user: DirectoryUser): string | undefined {
  const { mail } = user
  return mail && mail.toLowerCase() !== shownUserName(user).toLowerCase() ? mail : undefined
}
