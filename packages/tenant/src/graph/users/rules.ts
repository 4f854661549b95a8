/** The rules for the values of users that are written. https://learn.microsoft.com/graph/api/user-post-users */

import { verifiedDomains } from '../../directory/domains.ts'
import type { TenantUser } from '../../directory/user.ts'
import type { TenantState } from '../../tenant-state.ts'
import { badBody, invalidValue, objectConflict } from '../errors.ts'

type Properties = Readonly<Record<string, unknown>>

const userNamePattern = /^[A-Za-z0-9'.\-_!#^~]{1,64}@([A-Za-z0-9.-]{1,48})$/

/**
 * @param user the user who is changed; undefined for one who is created
 * @throws GraphError 400
 */
export function checkUser(
  tenant: TenantState,
  properties: Properties,
  user: TenantUser | undefined,
): void {
  const text = (name: string) => {
    const value = properties[name]
    return typeof value === 'string' ? value : undefined
  }
  checkUserName(tenant, text('userPrincipalName'), user)
  checkPassword(properties['passwordProfile'], user === undefined)
  checkMail(tenant, text('mail'), user)
  if (/[@()\\[\]";:<>, ]|[^\p{ASCII}]/u.test(text('mailNickname') ?? '')) {
    throw invalidValue('mailNickname', 'User')
  }
  // ISO 3166-1, two letters.
  if (!/^[A-Za-z]{2}$/.test(text('usageLocation') ?? 'US'))
    throw invalidValue('usageLocation', 'User')
  if (!['Member', 'Guest', undefined].includes(text('userType')))
    throw invalidValue('userType', 'User')
  if (!['Minor', 'NotAdult', 'Adult', undefined].includes(capital(text('ageGroup')))) {
    throw invalidValue('ageGroup', 'User')
  }
  const phones = properties['businessPhones']
  // https://learn.microsoft.com/graph/api/resources/user: only one number can be set.
  if (Array.isArray(phones) && phones.length > 1) throw invalidValue('businessPhones', 'User')
}

function capital(text: string | undefined): string | undefined {
  return text && text[0]?.toUpperCase() + text.slice(1)
}

function checkUserName(
  { directory }: TenantState,
  name: string | undefined,
  user: TenantUser | undefined,
): void {
  if (name === undefined || name === user?.userPrincipalName) return
  const [, domain] = userNamePattern.exec(name) ?? []
  if (domain === undefined || /^\.|\.@/.test(name)) {
    throw badBody('Property userPrincipalName is invalid.').withDetail(
      'InvalidValue',
      'userPrincipalName',
    )
  }
  if (!verifiedDomains(directory.users).has(domain.toLowerCase())) {
    throw badBody(
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    ).withDetail('InvalidValue', 'userPrincipalName')
  }
  const holder = directory.byUserName(name)
  if (holder && holder.id !== user?.id) throw objectConflict('userPrincipalName')
}

function checkMail(
  { directory }: TenantState,
  mail: string | undefined,
  user: TenantUser | undefined,
): void {
  if (mail === undefined || mail === user?.mail) return
  if (!/^[^\s@]{1,64}@[A-Za-z0-9.-]{1,255}$/.test(mail)) throw invalidValue('mail', 'User')
  const wanted = mail.toLowerCase()
  const holder = [...directory.users, ...directory.groups].find(
    (object) => object.mail?.toLowerCase() === wanted,
  )
  // The address becomes one of `proxyAddresses`, which are unique across users and groups.
  if (holder && holder.id !== user?.id) throw objectConflict('proxyAddresses')
}

/**
 * Entra's password policy: 8 to 256 characters of three of four kinds.
 * https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy
 */
function checkPassword(profile: unknown, isNew: boolean): void {
  const password: unknown = Object(profile).password
  if (typeof password !== 'string') {
    if (isNew) {
      throw badBody('A password must be specified to create a new user.').withDetail(
        'MissingValue',
        'passwordProfile',
      )
    }
    return
  }
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password))
  if (password.length >= 8 && password.length <= 256 && kinds.length >= 3) return
  throw badBody(
    'The specified password does not comply with password complexity requirements. Please provide a different password.',
  ).withDetail('InvalidValue', 'passwordProfile')
}
