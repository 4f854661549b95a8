/**
 * The properties of users, as Microsoft's page "user resource type" (v1.0) lists them, and what queries can do with each, as
 * "Advanced query capabilities on directory objects" lists it. Where that page leaves `startsWith` open and the page of the
 * resource has it, it is advanced here.
 * https://learn.microsoft.com/graph/api/resources/user, https://learn.microsoft.com/graph/aad-advanced-queries
 */

import { userValue } from '../../directory/profile.ts'
import type { TenantUser } from '../../directory/user.ts'
import { property, type EntityType, type PropertyDefinition } from '../filter/entity.ts'

const readOnly = { isReadOnly: true }
const text = (filters: string, maxLength: number) => property('string', filters, { maxLength })
const fixed = { isReadOnly: true, isNullable: false }
/** Microsoft keeps these in other services, and sends them for one user only. */
const single = { isSingle: true }

const extensionAttributes = Object.fromEntries(
  Array.from({ length: 15 }, (_, n) => [`extensionAttribute${n + 1}`, property('string', 'a--a')]),
)

/** What `$select` is not needed for. */
const usual = {
  businessPhones: property('strings', 'aa--'),
  displayName: property('string', 'dd-a', { maxLength: 256, isNullable: false }),
  givenName: text('dd-a', 64),
  jobTitle: text('dd-a', 128),
  mail: property('string', 'dd-a', { endsWith: true }),
  mobilePhone: text('aa-a', 64),
  officeLocation: text('aa-a', 128),
  preferredLanguage: text('aa-a', 100),
  surname: text('dd-a', 64),
  userPrincipalName: property('string', 'dd--', { endsWith: true, isNullable: false }),
  id: property('string', 'd---', fixed),
}

const contact = {
  city: text('dd-a', 128),
  companyName: text('aa-a', 64),
  country: text('dd-a', 128),
  faxNumber: text('aa-a', 64),
  imAddresses: property('strings', 'dd--', readOnly),
  mailNickname: text('dd-a', 64),
  otherMails: property('strings', 'dd--', { endsWith: true }),
  postalCode: text('aa-a', 40),
  preferredDataLocation: property('string'),
  proxyAddresses: property('strings', 'dd--', { endsWith: true, isReadOnly: true }),
  showInAddressList: property('boolean', 'a---'),
  state: text('da-a', 128),
  streetAddress: text('aa-a', 1024),
  usageLocation: text('dd-a', 2),
}

const employment = {
  department: text('dd-a', 64),
  employeeHireDate: property('date', 'a-a-'),
  employeeId: text('da-a', 16),
  employeeLeaveDateTime: property('date'),
  employeeOrgData: property('complex', '----', {
    members: { costCenter: property('string', 'a---'), division: property('string', 'a---') },
  }),
  employeeType: text('aa--', 256),
}

const account = {
  accountEnabled: property('boolean', 'd---', { isNullable: false }),
  ageGroup: property('string', 'd---'),
  assignedLicenses: property('complexes', '----', {
    ...readOnly,
    members: { skuId: property('guid', 'd---') },
  }),
  assignedPlans: property('complexes', '----', {
    ...readOnly,
    members: {
      capabilityStatus: property('string', 'a---'),
      service: property('string', 'aa--'),
      servicePlanId: property('guid', 'a---'),
    },
  }),
  authorizationInfo: property('complex'),
  consentProvidedForMinor: property('string', 'd---'),
  createdDateTime: property('date', 'd-da', readOnly),
  creationType: property('string', 'd---', readOnly),
  customSecurityAttributes: property('complex'),
  deletedDateTime: property('date', 'd-da', readOnly),
  deviceEnrollmentLimit: property('number', '----', single),
  externalUserState: property('string', 'd---', readOnly),
  externalUserStateChangeDateTime: property('date', '----', readOnly),
  identities: property('complexes', '----', {
    members: {
      issuer: property('string', 'd---'),
      issuerAssignedId: property('string', 'd---'),
      signInType: property('string', 'd---'),
    },
  }),
  isManagementRestricted: property('boolean', '----', readOnly),
  isResourceAccount: property('boolean', 'd---', readOnly),
  lastPasswordChangeDateTime: property('date', '----', readOnly),
  legalAgeGroupClassification: property('string', '----', readOnly),
  licenseAssignmentStates: property('complexes', '----', readOnly),
  passwordPolicies: property('string', '---a'),
  passwordProfile: property('complex', '---a', {
    members: {
      forceChangePasswordNextSignIn: property('boolean', 'a--a'),
      forceChangePasswordNextSignInWithMfa: property('boolean', 'a--a'),
      password: property('string'),
    },
  }),
  provisionedPlans: property('complexes', '----', {
    ...readOnly,
    members: {
      provisioningStatus: property('string', 'a---'),
      service: property('string', 'aa--'),
    },
  }),
  securityIdentifier: property('string', '----', readOnly),
  serviceProvisioningErrors: property('complexes', '----', readOnly),
  signInActivity: property('complex', '----', {
    ...readOnly,
    permission: 'AuditLog.Read.All',
    members: {
      lastNonInteractiveSignInDateTime: property('date', 'd-d-'),
      lastSignInDateTime: property('date', 'd-d-'),
      lastSuccessfulSignInDateTime: property('date', 'd-d-'),
    },
  }),
  signInSessionsValidFromDateTime: property('date', '----', readOnly),
  userType: property('string', 'd--a'),
}

const onPremises = {
  onPremisesDistinguishedName: property('string', '----', readOnly),
  onPremisesDomainName: property('string', '----', readOnly),
  onPremisesExtensionAttributes: property('complex', '----', { members: extensionAttributes }),
  onPremisesImmutableId: property('string', 'd---'),
  onPremisesLastSyncDateTime: property('date', 'd-d-', readOnly),
  onPremisesProvisioningErrors: property('complexes', '----', {
    ...readOnly,
    members: {
      category: property('string', 'd---'),
      propertyCausingError: property('string', 'd---'),
    },
  }),
  onPremisesSamAccountName: property('string', 'aa--', readOnly),
  onPremisesSecurityIdentifier: property('string', 'd--a', readOnly),
  onPremisesSyncEnabled: property('boolean', 'd--a', readOnly),
  onPremisesUserPrincipalName: property('string', 'dd--', readOnly),
}

const personal = {
  aboutMe: property('string', '----', single),
  birthday: property('date', '----', single),
  hireDate: property('date', '----', single),
  interests: property('strings', '----', single),
  mySite: property('string', '----', single),
  pastProjects: property('strings', '----', single),
  preferredName: property('string', '----', single),
  responsibilities: property('strings', '----', single),
  schools: property('strings', '----', single),
  skills: property('strings', '----', single),
}

const properties: Readonly<Record<string, PropertyDefinition>> = {
  ...usual,
  ...contact,
  ...employment,
  ...account,
  ...onPremises,
  ...personal,
}

export const userType: EntityType<TenantUser> = {
  name: 'user',
  resource: 'User',
  properties,
  usual: Object.keys(usual),
  sorts: {
    displayName: 'default',
    userPrincipalName: 'default',
    createdDateTime: 'advanced',
    deletedDateTime: 'advanced',
  },
  countable: ['assignedLicenses', 'onPremisesProvisioningErrors', 'otherMails', 'proxyAddresses'],
  read: userValue,
}

/** The properties that a user without an administrator's role can change of the own account. */
export const ownProperties: readonly string[] = [
  ...Object.keys(personal),
  'businessPhones',
  'mobilePhone',
  'preferredLanguage',
]
