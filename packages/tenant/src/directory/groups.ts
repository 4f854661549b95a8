/** Groups as objects: generated from the same seed as the users, so that every id in a token has one. */

import { domainOf } from './domains.ts'
import { groupId, guid, userDomain } from './generate.ts'
import { securityIdentifier, userValue } from './profile.ts'
import type { TenantUser } from './user.ts'

/** The names of the properties are Graph's, but for `firstMembers` and `profile`. */
export interface TenantGroup {
  id: string
  displayName: string
  description: string | null
  mailEnabled: boolean
  mailNickname: string
  mail: string | null
  securityEnabled: boolean
  /** `Unified` for a Microsoft 365 group, `DynamicMembership` if a rule says who is in it. */
  groupTypes: readonly string[]
  visibility: string | null
  isAssignableToRole: boolean | null
  membershipRule: string | null
  createdDateTime: string
  /** Ids of users and groups who are members from the start, besides the users whose `groups` name it. */
  firstMembers: readonly string[]
  /** Ids of users. */
  owners: readonly string[]
  /** Values of Graph's other properties that were written. */
  profile?: Readonly<Record<string, unknown>>
}

const areas =
  'Payroll Invoices Travel Contracts Suppliers Warehouse Fleet Training Recruiting Benefits Brand Website Newsletter Events Support Releases Incidents Backups Network Laptops Printers Visitors Safety Canteen'.split(
    ' ',
  )
const kinds =
  'readers editors approvers owners auditors reviewers testers planners contributors visitors'.split(
    ' ',
  )

/** As many as the user with the most groups has. */
const securityGroups = areas.length * kinds.length
/** The place of the group to which directory roles can be assigned. */
const roleAssignable = 5

/**
 * @param users the first ones become members and owners
 * @param salt makes the ids those of a further tenant
 */
export function generateGroups(users: readonly TenantUser[], salt = ''): readonly TenantGroup[] {
  const owner = (place: number) => {
    const user = users[place % Math.min(users.length, 8)]
    return user ? [user.id] : []
  }
  const domain = domainOf(users[0]?.userPrincipalName ?? userDomain)
  const mailGroup = (name: string, description: string | null, groupTypes: string[]) =>
    newMailGroup(name, { description, groupTypes, domain, salt })
  const security = Array.from({ length: securityGroups }, (_, place) => ({
    ...securityGroup(place, salt),
    // Nested, and everyone in the second group is in the first one: nobody's groups change by it.
    firstMembers: place === 0 ? [groupId(1, salt)] : [],
    owners: owner(place),
  }))
  const departments = ['Engineering', 'Design', 'Finance', 'Operations', 'Sales', 'Purchasing']
  const teams = departments.map((name, place) => ({
    ...mailGroup(name, `Everyone in ${name}`, ['DynamicMembership', 'Unified']),
    membershipRule: `(user.department -eq "${name}")`,
    owners: owner(place),
  }))
  const first = users
    .slice(0, 12)
    .filter(({ userType }) => userType === 'Member')
    .map(({ id }) => id)
  const community = {
    ...mailGroup('Town hall', 'News and questions for everyone', ['Unified']),
    firstMembers: first,
    owners: owner(1),
  }
  const list = { ...mailGroup('Announcements', null, []), firstMembers: first.slice(0, 5) }
  return [...security, ...teams, community, list]
}

/** A group of a user's list that is not generated: by the option `patchUsers`, any id can be in it. */
export function unnamedGroup(id: string): TenantGroup {
  return {
    ...newGroup(id, `Group ${id.slice(0, 8)}`, createdAt(id)),
    mailNickname: id.slice(0, 8),
    securityEnabled: true,
  }
}

function securityGroup(place: number, salt: string): TenantGroup {
  const area = areas[place % areas.length] ?? ''
  const kind = kinds[Math.floor(place / areas.length)] ?? ''
  const id = groupId(place, salt)
  return {
    ...newGroup(id, `${area} ${kind}`, createdAt(id)),
    description: place % 3 === 0 ? null : `The ${kind} of ${area.toLowerCase()}`,
    mailNickname: `${area}-${kind}`.toLowerCase(),
    securityEnabled: true,
    ...(place === roleAssignable ? { isAssignableToRole: true, visibility: 'Private' } : {}),
  }
}

interface MailGroup {
  description: string | null
  groupTypes: string[]
  domain: string
  salt: string
}

function newMailGroup(
  name: string,
  { description, groupTypes, domain, salt }: MailGroup,
): TenantGroup {
  const mailNickname = name.toLowerCase().replace(' ', '-')
  const id = guid(`mail group ${name}${salt}`)
  return {
    ...newGroup(id, name, createdAt(id)),
    description,
    groupTypes,
    mailEnabled: true,
    mailNickname,
    mail: `${mailNickname}@${domain}`,
    visibility: groupTypes.includes('Unified') ? 'Public' : null,
  }
}

/** @param createdDateTime as Graph writes times */
export function newGroup(id: string, displayName: string, createdDateTime: string): TenantGroup {
  return {
    id,
    displayName,
    description: null,
    mailEnabled: false,
    mailNickname: '',
    mail: null,
    securityEnabled: false,
    groupTypes: [],
    visibility: null,
    isAssignableToRole: null,
    membershipRule: null,
    createdDateTime,
    firstMembers: [],
    owners: [],
  }
}

function createdAt(id: string): string {
  const time = Date.UTC(2018, 0, 8) + (parseInt(id.slice(0, 8), 16) % 2_000) * 86_400_000
  return `${new Date(time).toISOString().slice(0, 10)}T08:00:00Z`
}

/** Whether the group's rule, and not its list, says who is a member. */
export function isDynamic({ groupTypes }: TenantGroup): boolean {
  return groupTypes.includes('DynamicMembership')
}

const clause =
  /^\(?\s*user\.(\w+)\s+-(eq|ne|startswith|contains)\s+(?:"([^"]*)"|(true|false|null))\s*\)?$/i

/**
 * A membership rule as a test: comparisons of properties of users, joined by `-and` or by `-or`. Rules that say more,
 * which Entra knows, take in nobody here.
 * https://learn.microsoft.com/entra/identity/users/groups-dynamic-membership
 */
export function ruleTest(rule: string): (user: TenantUser) => boolean {
  const isAny = /\s-or\s/i.test(rule)
  const clauses = rule.split(/\s-(?:and|or)\s/i).map((text) => clauseTest(text.trim()))
  if (isAny) return (user) => clauses.some((test) => test(user))
  return (user) => clauses.every((test) => test(user))
}

function clauseTest(text: string): (user: TenantUser) => boolean {
  const [, name = '', operator = '', quoted, word] = clause.exec(text) ?? []
  const wanted = (quoted ?? word ?? '').toLowerCase()
  const test = {
    eq: (value: string) => value === wanted,
    ne: (value: string) => value !== wanted,
    startswith: (value: string) => value.startsWith(wanted),
    contains: (value: string) => value.includes(wanted),
  }[operator.toLowerCase()]
  if (!test) return () => false
  return (user) => {
    const value = userValue(user, name)
    return test(typeof value === 'string' ? value.toLowerCase() : JSON.stringify(value ?? null))
  }
}

/** The value of any of Graph's properties of a group; undefined for a name that is none. */
export function groupValue(group: TenantGroup, name: string): unknown {
  const { profile } = group
  if (profile && Object.hasOwn(profile, name)) return profile[name]
  if (Object.hasOwn(computed, name)) return computed[name]?.(group)
  return Object.hasOwn(group, name) ? group[name as keyof TenantGroup] : undefined
}

const nothing = () => null
const none = () => []

const computed: Readonly<Record<string, (group: TenantGroup) => unknown>> = {
  allowExternalSenders: () => false,
  assignedLabels: none,
  assignedLicenses: none,
  autoSubscribeNewMembers: () => false,
  classification: nothing,
  creationOptions: none,
  deletedDateTime: nothing,
  expirationDateTime: nothing,
  hideFromAddressLists: () => false,
  hideFromOutlookClients: () => false,
  isArchived: nothing,
  isManagementRestricted: nothing,
  isSubscribedByMail: () => false,
  licenseProcessingState: nothing,
  membershipRuleProcessingState: (group) => (isDynamic(group) ? 'On' : null),
  onPremisesDomainName: nothing,
  onPremisesLastSyncDateTime: nothing,
  onPremisesNetBiosName: nothing,
  onPremisesProvisioningErrors: none,
  onPremisesSamAccountName: nothing,
  onPremisesSecurityIdentifier: nothing,
  onPremisesSyncEnabled: nothing,
  preferredDataLocation: nothing,
  preferredLanguage: nothing,
  proxyAddresses: ({ mail }) => (mail === null ? [] : [`SMTP:${mail}`]),
  renewedDateTime: ({ createdDateTime }) => createdDateTime,
  resourceBehaviorOptions: none,
  resourceProvisioningOptions: none,
  securityIdentifier: ({ id }) => securityIdentifier(id),
  serviceProvisioningErrors: none,
  theme: nothing,
  uniqueName: nothing,
  unseenCount: () => 0,
}
