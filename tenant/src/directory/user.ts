/** A user as the directory holds it; the names of the properties are Graph's. */
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
  /** May consent for the whole organisation. */
  isAdmin: boolean
  /** Object ids of groups; above 200 a token says only where to ask for them. */
  groups: string[]
}
