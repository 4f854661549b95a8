/**
 * The properties of groups, as Microsoft's page "group resource type" (v1.0) lists them, and what queries can do with each, as
 * "Advanced query capabilities on directory objects" lists it.
 * https://learn.microsoft.com/graph/api/resources/group, https://learn.microsoft.com/graph/aad-advanced-queries
 */

import { groupValue, type TenantGroup } from '../../directory/groups.ts'
import { directoryRoles, type DirectoryRole } from '../../directory/roles.ts'
import { property, type EntityType, type PropertyDefinition } from '../filter/entity.ts'

const readOnly = { isReadOnly: true }
/** Graph sends these for one group only. */
const single = { isSingle: true }

/** What `$select` is not needed for, in Graph's order. */
const usual: Readonly<Record<string, PropertyDefinition>> = {
  id: property('string', 'd---', { isReadOnly: true, isNullable: false }),
  deletedDateTime: property('date', 'd-da', readOnly),
  classification: property('string', 'dd--'),
  createdDateTime: property('date', 'd-d-', readOnly),
  creationOptions: property('strings'),
  description: property('string', 'aa-a', { maxLength: 1024 }),
  displayName: property('string', 'dd-a', { maxLength: 256, isNullable: false }),
  expirationDateTime: property('date', 'a-a-', readOnly),
  groupTypes: property('strings', 'd---'),
  isAssignableToRole: property('boolean', 'd---'),
  mail: property('string', 'dd-a', readOnly),
  mailEnabled: property('boolean', 'd---', { isNullable: false }),
  mailNickname: property('string', 'dd-a', { maxLength: 64, isNullable: false }),
  membershipRule: property('string', 'dd--'),
  membershipRuleProcessingState: property('string', 'd---'),
  onPremisesDomainName: property('string', '----', readOnly),
  onPremisesLastSyncDateTime: property('date', 'd-d-', readOnly),
  onPremisesNetBiosName: property('string', '----', readOnly),
  onPremisesSamAccountName: property('string', 'aa--', readOnly),
  onPremisesSecurityIdentifier: property('string', 'd--a', readOnly),
  onPremisesSyncEnabled: property('boolean', 'd--a', readOnly),
  preferredDataLocation: property('string'),
  preferredLanguage: property('string', 'aa-a'),
  proxyAddresses: property('strings', 'dd--', { endsWith: true, isReadOnly: true }),
  renewedDateTime: property('date', 'd-d-', readOnly),
  resourceBehaviorOptions: property('strings', 'd---'),
  resourceProvisioningOptions: property('strings', 'd---'),
  securityEnabled: property('boolean', 'd---', { isNullable: false }),
  securityIdentifier: property('string', '----', readOnly),
  theme: property('string'),
  uniqueName: property('string', 'dd--'),
  visibility: property('string'),
  onPremisesProvisioningErrors: property('complexes', '----', {
    ...readOnly,
    members: {
      category: property('string', 'd---'),
      propertyCausingError: property('string', 'd---'),
    },
  }),
  serviceProvisioningErrors: property('complexes', '----', readOnly),
}

const selectable: Readonly<Record<string, PropertyDefinition>> = {
  allowExternalSenders: property('boolean', '----', single),
  assignedLabels: property('complexes', '----', readOnly),
  assignedLicenses: property('complexes', '----', {
    ...readOnly,
    members: { skuId: property('guid', 'd---') },
  }),
  autoSubscribeNewMembers: property('boolean', '----', single),
  hideFromAddressLists: property('boolean', '----', single),
  hideFromOutlookClients: property('boolean', '----', single),
  isArchived: property('boolean', '----', { isSingle: true, isReadOnly: true }),
  isManagementRestricted: property('boolean', '----', readOnly),
  isSubscribedByMail: property('boolean', '----', single),
  licenseProcessingState: property('complex', '----', readOnly),
  unseenCount: property('number', '----', { isSingle: true, isReadOnly: true }),
}

export const groupType: EntityType<TenantGroup> = {
  name: 'group',
  resource: 'Group',
  properties: { ...usual, ...selectable },
  usual: Object.keys(usual),
  sorts: { displayName: 'default', deletedDateTime: 'advanced' },
  countable: ['assignedLicenses', 'onPremisesProvisioningErrors', 'proxyAddresses'],
  read: groupValue,
}

/** https://learn.microsoft.com/graph/api/resources/directoryrole */
export const roleType: EntityType<DirectoryRole> = {
  name: 'directoryRole',
  resource: 'DirectoryRole',
  properties: {
    id: property('string', 'd---', readOnly),
    deletedDateTime: property('date', '----', readOnly),
    description: property('string', 'aa-a', readOnly),
    displayName: property('string', 'da-a', readOnly),
    roleTemplateId: property('string', 'd---', readOnly),
  },
  usual: ['id', 'deletedDateTime', 'description', 'displayName', 'roleTemplateId'],
  sorts: {},
  countable: [],
  read: (role, name) =>
    name === 'deletedDateTime' ? null : Object.hasOwn(role, name) ? role[name as 'id'] : undefined,
}

/** By id or by the id of its template. */
export function findRole(key: string): DirectoryRole | undefined {
  const wanted = key.toLowerCase()
  return directoryRoles.find(({ id, roleTemplateId }) => id === wanted || roleTemplateId === wanted)
}
