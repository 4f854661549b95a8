/** A user as the directory holds it. */

/** The names of the properties are Graph's, but for `roles`, `isAdmin`, `groups` and `profile`. */
export interface TenantUser {
  id: string
  displayName: string
  givenName: string | null
  surname: string | null
  mail: string | null
  userPrincipalName: string
  jobTitle: string | null
  department: string | null
  officeLocation: string | null
  mobilePhone: string | null
  businessPhones: string[]
  preferredLanguage: string | null
  accountEnabled: boolean
  userType: 'Member' | 'Guest'
  /** App roles, given to the applications that define them. */
  roles: string[]
  /** May consent for the whole organisation: a Global Administrator. */
  isAdmin: boolean
  /** Object ids of security groups; above 200 a token says only where to ask for them. */
  groups: string[]
  /** What the password grant takes; absent: `localPassword`. Graph never shows it. */
  password?: string
  /** The password alone is not enough: the password grant answers AADSTS50076. */
  needsSecondFactor?: boolean
  /** A photo that was written, in base64; null if it was deleted. Absent: `hasPhoto` says whether there is a drawn one. */
  photo?: { type: string; data: string } | null
  openExtensions?: readonly OpenExtension[]
  /** Values of Graph's other properties, in place of those that `profile.ts` computes. */
  profile?: Readonly<Record<string, unknown>>
}

/** Data that an application keeps with a user. https://learn.microsoft.com/graph/api/resources/opentypeextension */
export interface OpenExtension {
  name: string
  /** The application that made it. */
  appId: string
  values: Readonly<Record<string, unknown>>
}

/** A user with nothing but what is given. */
export function newUser(
  given: Pick<TenantUser, 'id' | 'displayName' | 'userPrincipalName'> & Partial<TenantUser>,
): TenantUser {
  return {
    givenName: null,
    surname: null,
    mail: null,
    jobTitle: null,
    department: null,
    officeLocation: null,
    mobilePhone: null,
    businessPhones: [],
    preferredLanguage: null,
    accountEnabled: true,
    userType: 'Member',
    roles: [],
    isAdmin: false,
    groups: [],
    ...given,
  }
}

/** The password of every user who has no other: fixed, public, and good on a local tenant only. */
export const localPassword = 'local-tenant-only-not-a-secret'

/** What the user types to sign in. */
export function signInName({ userType, mail, userPrincipalName }: TenantUser): string {
  return userType === 'Guest' && mail !== null ? mail : userPrincipalName
}

/** Removes case and accents, so that "zoe" finds "Zoë". */
export function normalise(text: string): string {
  // Most names are plain, and normalising 100 000 of them takes half a second.
  if (isPlain(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) > 127) return false
  return true
}
