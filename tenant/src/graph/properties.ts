/** The properties of a user that Graph gives, by what the caller may see. */

import type { TenantUser } from '../directory/user.ts'
import type { Caller } from './bearer.ts'
import { badRequest } from './errors.ts'

/** All that `User.ReadBasic.All` shows of another user. */
const basic = ['displayName', 'givenName', 'mail', 'surname', 'userPrincipalName', 'id'] as const

/** What comes without `$select`. */
const usual = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
] as const

const selectable = [...usual, 'accountEnabled', 'department', 'userType'] as const

export type Property = (typeof selectable)[number]

const fullScopes = ['User.Read.All', 'Directory.Read.All']
const ownScopes = ['User.Read', 'User.ReadWrite']

export const anyUserScopes = ['User.ReadBasic.All', ...fullScopes]
export const ownUserScopes = [...ownScopes, ...anyUserScopes]

export function isProperty(name: string): name is Property {
  return selectable.some((property) => property === name)
}

/** @throws GraphError 400 for a property that users do not have */
export function parseSelect(text: string | undefined): Property[] | undefined {
  if (text === undefined) return undefined
  return text.split(',').map((part) => {
    const name = part.trim()
    if (isProperty(name)) return name
    throw badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.user'.`)
  })
}

/** A property that was selected but may not be seen comes as null. */
export function view(user: TenantUser, caller: Caller, select: readonly Property[] | undefined) {
  const full = seesAll(user, caller)
  if (!select) return shown(user, full ? usual : basic, true)
  return shown(user, select, full)
}

function shown(user: TenantUser, properties: readonly Property[], full: boolean) {
  const visible = (name: Property) => full || basic.some((property) => property === name)
  return Object.fromEntries(properties.map((name) => [name, visible(name) ? user[name] : null]))
}

function seesAll(user: TenantUser, { user: self, scopes }: Caller): boolean {
  const enough = user.id === self.id ? [...ownScopes, ...fullScopes] : fullScopes
  return enough.some((scope) => scopes.has(scope))
}
