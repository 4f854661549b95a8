/**
 * The properties of devices, as Microsoft's page "device resource type" (v1.0) lists them. That page names the operators of each;
 * where it leaves open whether one needs an advanced query, `eq` and `startsWith` work always, and `null` is advanced.
 * https://learn.microsoft.com/graph/api/resources/device, https://learn.microsoft.com/graph/aad-advanced-queries
 */

import type { TenantDevice } from '../../devices/devices.ts'
import { securityIdentifier } from '../../directory/profile.ts'
import { graphTime } from '../../registry/application.ts'
import { property, type EntityType, type PropertyDefinition } from '../filter/entity.ts'

const readOnly = { isReadOnly: true }

const properties: Readonly<Record<string, PropertyDefinition>> = {
  id: property('string', 'd---', readOnly),
  deletedDateTime: property('date', 'd-da', readOnly),
  accountEnabled: property('boolean', 'd---', readOnly),
  approximateLastSignInDateTime: property('date', 'd-da', readOnly),
  complianceExpirationDateTime: property('date', '----', readOnly),
  createdDateTime: property('date', 'd-d-', readOnly),
  deviceCategory: property('string', 'aa-a', readOnly),
  deviceId: property('string', 'dd--', readOnly),
  deviceMetadata: property('string', '----', readOnly),
  deviceOwnership: property('string', 'a--a', readOnly),
  deviceVersion: property('number', '----', readOnly),
  displayName: property('string', 'dd-a', readOnly),
  enrollmentProfileName: property('string', 'aa-a', readOnly),
  enrollmentType: property('string', '----', readOnly),
  externalSourceName: property('string', '----', readOnly),
  isCompliant: property('boolean', 'd---', readOnly),
  isManaged: property('boolean', 'd---', readOnly),
  isManagementRestricted: property('boolean', '----', readOnly),
  isRooted: property('boolean', 'd---', readOnly),
  managementType: property('string', 'a--a', readOnly),
  manufacturer: property('string', '----', readOnly),
  mdmAppId: property('string', 'dd--', readOnly),
  model: property('string', '----', readOnly),
  onPremisesLastSyncDateTime: property('date', 'd-d-', readOnly),
  onPremisesSecurityIdentifier: property('string', 'd--a', readOnly),
  onPremisesSyncEnabled: property('boolean', 'd--a', readOnly),
  operatingSystem: property('string', 'dd-a', readOnly),
  operatingSystemVersion: property('string', 'dd-a', readOnly),
  physicalIds: property('strings', 'dd--', readOnly),
  profileType: property('string', 'd---', readOnly),
  registrationDateTime: property('date', 'd-d-', readOnly),
  systemLabels: property('strings', 'dd--', readOnly),
  trustType: property('string', 'd---', readOnly),
  extensionAttributes: property('complex', '----', {
    ...readOnly,
    members: Object.fromEntries(
      Array.from({ length: 15 }, (_, n) => [
        `extensionAttribute${n + 1}`,
        property('string', 'aa-a'),
      ]),
    ),
  }),
  alternativeSecurityIds: property('complexes', '----', {
    ...readOnly,
    members: {
      identityProvider: property('string'),
      key: property('string'),
      type: property('number', 'd---'),
    },
  }),
}

export const deviceType: EntityType<TenantDevice> = {
  name: 'device',
  resource: 'Device',
  properties,
  usual: Object.keys(properties).filter((name) => name !== 'isManagementRestricted'),
  sorts: {
    approximateLastSignInDateTime: 'advanced',
    createdDateTime: 'advanced',
    deletedDateTime: 'advanced',
    displayName: 'advanced',
  },
  countable: ['physicalIds'],
  read: deviceValue,
}

/** Intune, by which the devices of the organisation are managed. */
const intune = '0000000a-0000-0000-c000-000000000000'

function deviceValue(device: TenantDevice, name: string): unknown {
  const { id, deviceId, displayName, model, registeredAt, lastSignInAt } = device
  const isManaged = model.trustType === 'AzureAd'
  const values: Readonly<Record<string, unknown>> = {
    id,
    accountEnabled: true,
    approximateLastSignInDateTime: graphTime(lastSignInAt),
    createdDateTime: graphTime(registeredAt),
    deviceId,
    deviceOwnership: isManaged ? 'Company' : 'Personal',
    deviceVersion: 2,
    displayName,
    isCompliant: isManaged ? lastSignInAt % 7 !== 0 : null,
    isManaged: isManaged || null,
    isRooted: isManaged ? false : null,
    managementType: isManaged ? 'MDM' : null,
    manufacturer: model.manufacturer,
    mdmAppId: isManaged ? intune : null,
    model: model.model,
    operatingSystem: model.operatingSystem,
    operatingSystemVersion: model.operatingSystemVersion,
    physicalIds: [`[HWID]:h:${securityIdentifier(id).slice('S-1-12-1-'.length)}`],
    profileType: 'RegisteredDevice',
    registrationDateTime: graphTime(registeredAt),
    systemLabels: [],
    trustType: model.trustType,
    extensionAttributes: Object.fromEntries(
      Array.from({ length: 15 }, (_, n) => [`extensionAttribute${n + 1}`, null]),
    ),
    alternativeSecurityIds: [
      { type: 2, identityProvider: null, key: Buffer.from(deviceId).toString('base64') },
    ],
  }
  return Object.hasOwn(properties, name) ? (values[name] ?? null) : undefined
}
