/**
 * The properties of users that the directory does not store: computed from the user's id whenever they are asked for, so
 * that 100 000 users need no memory for them. Names, types and nullability are those of Microsoft's page
 * "user resource type" (v1.0): https://learn.microsoft.com/graph/api/resources/user
 */

import type { TenantUser } from './user.ts'

interface Place {
  country: string
  usageLocation: string
  city: string
  state: string | null
  postalCode: string
}

const places: Readonly<Record<string, Place>> = {
  'en-GB': place('United Kingdom', 'GB', 'Leeds', 'West Yorkshire', 'LS1 4AP'),
  'en-US': place('United States', 'US', 'Tacoma', 'WA', '98402'),
  'de-DE': place('Germany', 'DE', 'Kassel', 'Hessen', '34117'),
  'fr-FR': place('France', 'FR', 'Nantes', null, '44000'),
  'es-ES': place('Spain', 'ES', 'Zaragoza', 'Zaragoza', '50001'),
  'pl-PL': place('Poland', 'PL', 'Lublin', null, '20-001'),
  'tr-TR': place('Türkiye', 'TR', 'Bursa', null, '16010'),
  'vi-VN': place('Vietnam', 'VN', 'Huế', null, '49000'),
  'ja-JP': place('Japan', 'JP', 'Sendai', 'Miyagi', '980-0811'),
  'zh-CN': place('China', 'CN', 'Suzhou', 'Jiangsu', '215000'),
  'ko-KR': place('Korea', 'KR', 'Daejeon', null, '34126'),
  'el-GR': place('Greece', 'GR', 'Patras', null, '262 21'),
  'uk-UA': place('Ukraine', 'UA', 'Lviv', null, '79000'),
  'ar-SA': place('Saudi Arabia', 'SA', 'Abha', null, '62521'),
  'he-IL': place('Israel', 'IL', 'Haifa', null, '3303142'),
}

function place(
  country: string,
  usageLocation: string,
  city: string,
  state: string | null,
  postalCode: string,
): Place {
  return { country, usageLocation, city, state, postalCode }
}

function placeOf({ preferredLanguage }: TenantUser): Place {
  return places[preferredLanguage ?? ''] ?? (places['en-US'] as Place)
}

/** 32 bits that are always the same for the same user. */
function draw({ id }: TenantUser): number {
  return parseInt(id.slice(0, 8), 16) || 0
}

function pick(list: readonly string[], number: number): string {
  return list[number % list.length] ?? ''
}

const day = 86_400_000
const firstDay = Date.UTC(2016, 0, 4)

/** @param days at most so many after the first day of the organisation */
function dateOf(user: TenantUser, days: number, shift: number): string {
  const time = firstDay + ((draw(user) >>> shift) % days) * day
  return new Date(time + ((draw(user) >>> 5) % 36_000) * 1000).toISOString().slice(0, 19) + 'Z'
}

const localPart = (user: TenantUser) => user.userPrincipalName.split('@')[0] ?? ''
const isGuest = ({ userType }: TenantUser) => userType === 'Guest'
const nothing = () => null
const none = () => []

/**
 * The product that every member is licensed for, and its service plans, as published in "Product names and service plan
 * identifiers for licensing". It has no mailbox and no drive, because the tenant serves neither.
 */
export const license = {
  skuId: '078d2b04-f1bd-4111-bbd4-b4b1b354cef4',
  skuPartNumber: 'AAD_PREMIUM',
  servicePlans: [
    servicePlan('AAD_PREMIUM', '41781fb2-bc02-4b7c-bd55-b576c07bb09d', 'AADPremiumService'),
    servicePlan('MFA_PREMIUM', '8a256a2b-b617-496d-b51b-e76466e88db0', 'MultiFactorService'),
    servicePlan('ADALLOM_S_DISCOVERY', '932ad362-64a8-4783-9106-97849a1a30b9', 'Adallom'),
  ],
}

function servicePlan(name: string, id: string, service: string) {
  return { servicePlanName: name, servicePlanId: id, service }
}

/** Generated members are licensed; users who are created are not. */
export function isLicensed(user: TenantUser): boolean {
  const written = user.profile?.['assignedLicenses']
  return Array.isArray(written) ? written.length > 0 : !isGuest(user)
}

type Compute = (user: TenantUser) => unknown

const contact: Readonly<Record<string, Compute>> = {
  city: (user) => placeOf(user).city,
  companyName: (user) => (isGuest(user) ? 'Partner' : null),
  country: (user) => placeOf(user).country,
  faxNumber: nothing,
  imAddresses: (user) => (user.mail === null || isGuest(user) ? [] : [user.mail]),
  mailNickname: (user) => localPart(user).replace('#EXT#', ''),
  otherMails: (user) => (isGuest(user) && user.mail !== null ? [user.mail] : []),
  postalCode: (user) => placeOf(user).postalCode,
  preferredDataLocation: nothing,
  proxyAddresses: (user) => (user.mail === null ? [] : [`SMTP:${user.mail}`]),
  showInAddressList: (user) => (isGuest(user) ? false : null),
  state: (user) => placeOf(user).state,
  streetAddress: (user) => `${1 + (draw(user) % 180)} Station Road`,
  usageLocation: (user) => placeOf(user).usageLocation,
}

const employment: Readonly<Record<string, Compute>> = {
  employeeHireDate: (user) => (isGuest(user) ? null : dateOf(user, 2_900, 9)),
  employeeId: (user) => (isGuest(user) ? null : String(100_000 + (draw(user) % 900_000))),
  employeeLeaveDateTime: nothing,
  employeeOrgData: (user) =>
    isGuest(user)
      ? null
      : { division: user.department, costCenter: `CC-${100 + (draw(user) % 40)}` },
  employeeType: (user) =>
    isGuest(user) ? null : pick(['Employee', 'Employee', 'Employee', 'Contractor'], draw(user)),
}

const account: Readonly<Record<string, Compute>> = {
  ageGroup: nothing,
  assignedLicenses: (user) =>
    isLicensed(user) ? [{ disabledPlans: [], skuId: license.skuId }] : [],
  assignedPlans: (user) =>
    isLicensed(user)
      ? license.servicePlans.map(({ service, servicePlanId }) => ({
          assignedDateTime: dateOf(user, 2_900, 7),
          capabilityStatus: 'Enabled',
          service,
          servicePlanId,
        }))
      : [],
  authorizationInfo: () => ({ certificateUserIds: [] }),
  consentProvidedForMinor: nothing,
  createdDateTime: (user) => dateOf(user, 2_900, 7),
  creationType: (user) => (isGuest(user) ? 'Invitation' : null),
  customSecurityAttributes: nothing,
  deletedDateTime: nothing,
  deviceEnrollmentLimit: () => 5,
  externalUserState: (user) => (isGuest(user) ? 'Accepted' : null),
  externalUserStateChangeDateTime: (user) => (isGuest(user) ? dateOf(user, 2_900, 7) : null),
  identities: (user) => [
    {
      signInType: isGuest(user) ? 'federated' : 'userPrincipalName',
      issuer: isGuest(user)
        ? 'ExternalAzureAD'
        : user.userPrincipalName.slice(user.userPrincipalName.lastIndexOf('@') + 1),
      issuerAssignedId: isGuest(user) ? null : user.userPrincipalName,
    },
  ],
  isManagementRestricted: nothing,
  isResourceAccount: nothing,
  lastPasswordChangeDateTime: (user) => dateOf(user, 3_000, 3),
  legalAgeGroupClassification: nothing,
  licenseAssignmentStates: (user) =>
    isLicensed(user)
      ? [
          {
            skuId: license.skuId,
            assignedByGroup: null,
            state: 'Active',
            error: 'None',
            lastUpdatedDateTime: dateOf(user, 2_900, 7),
            disabledPlans: [],
          },
        ]
      : [],
  passwordPolicies: nothing,
  // Write-only for callers: Graph never shows it.
  passwordProfile: nothing,
  provisionedPlans: none,
  securityIdentifier: ({ id }) => securityIdentifier(id),
  serviceProvisioningErrors: none,
  signInActivity: (user) => ({
    lastSignInDateTime: dateOf(user, 3_200, 2),
    lastSignInRequestId: user.id,
    lastNonInteractiveSignInDateTime: dateOf(user, 3_200, 2),
    lastNonInteractiveSignInRequestId: user.id,
    lastSuccessfulSignInDateTime: dateOf(user, 3_200, 2),
    lastSuccessfulSignInRequestId: user.id,
  }),
  signInSessionsValidFromDateTime: (user) => dateOf(user, 3_000, 3),
}

/** The organisation is cloud-only: nothing comes from a directory on premises. */
const onPremises: Readonly<Record<string, Compute>> = {
  onPremisesDistinguishedName: nothing,
  onPremisesDomainName: nothing,
  onPremisesExtensionAttributes: () =>
    Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`extensionAttribute${n + 1}`, null])),
  onPremisesImmutableId: nothing,
  onPremisesLastSyncDateTime: nothing,
  onPremisesProvisioningErrors: none,
  onPremisesSamAccountName: nothing,
  onPremisesSecurityIdentifier: nothing,
  onPremisesSyncEnabled: nothing,
  onPremisesUserPrincipalName: nothing,
}

/** What Microsoft keeps in other services, and sends for one user only. */
const personal: Readonly<Record<string, Compute>> = {
  aboutMe: nothing,
  birthday: () => '0001-01-01T00:00:00Z',
  hireDate: () => '0001-01-01T00:00:00Z',
  interests: none,
  mySite: nothing,
  pastProjects: none,
  preferredName: ({ givenName }) => givenName,
  responsibilities: none,
  schools: none,
  skills: none,
}

/** What a user who is created has in place of computed values. */
export const emptyProfile: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    Object.keys({ ...contact, ...employment })
      .filter((name) => name !== 'proxyAddresses')
      .map((name) => [name, null]),
  ),
  imAddresses: [],
  otherMails: [],
  assignedLicenses: [],
  assignedPlans: [],
  licenseAssignmentStates: [],
  signInActivity: null,
}

const computed = { ...contact, ...employment, ...account, ...onPremises, ...personal }

/** A SID of the form that Entra makes of an object id: S-1-12-1 and its four 32-bit parts. */
export function securityIdentifier(id: string): string {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  if (bytes.length !== 16) return 'S-1-12-1-0-0-0-0'
  // The first three parts of a GUID are little-endian in memory.
  const parts = [
    bytes.readUInt32BE(0),
    (bytes.readUInt16BE(6) << 16) + bytes.readUInt16BE(4),
    bytes.readUInt32LE(8),
    bytes.readUInt32LE(12),
  ]
  return `S-1-12-1-${parts.map((part) => part >>> 0).join('-')}`
}

/** The value of any of Graph's properties of a user; undefined for a name that is none. */
export function userValue(user: TenantUser, name: string): unknown {
  const { profile } = user
  if (profile && Object.hasOwn(profile, name)) return profile[name]
  if (Object.hasOwn(computed, name)) return computed[name]?.(user)
  return Object.hasOwn(user, name) ? user[name as keyof TenantUser] : undefined
}
