/**
 * What the tenant serves of Graph, as one model: entity types with their properties, what leads from one to another, and the
 * collections. The service document and `$metadata` are made of it.
 */

import { newApplication, newServicePrincipal } from '../../registry/application.ts'
import { keptOfServicePrincipal } from '../../registry/kept-properties.ts'
import type { TenantState } from '../../tenant-state.ts'
import { ApplicationChange } from '../applications/input.ts'
import { viewApplication } from '../applications/properties.ts'
import { deviceType } from '../devices/entity.ts'
import { organizationRows } from '../directory/organization.ts'
import { driveItemType, driveType } from '../drives/entity.ts'
import { userTypeOf } from '../extensions/user-type.ts'
import { groupType, roleType } from '../groups/entity.ts'
import { NewGrant } from '../permission-grants.ts'
import { viewServicePrincipal } from '../service-principals.ts'
import { invitation } from '../users/invitations.ts'
import { shapesOfRow, shapesOfSchema, shapesOfTable, type Shapes } from './shapes.ts'

export interface EntityModel {
  name: string
  /** Without it, the type itself has the key. */
  base?: string
  isAbstract?: boolean
  properties: Shapes
  /** By name: the type, with `[]` for a collection. */
  relations: Readonly<Record<string, string>>
}

export interface Operation {
  kind: 'Action' | 'Function'
  name: string
  /** The type that it is called on, with `[]` for a collection. */
  on: string
  parameters: Readonly<Record<string, string>>
  returns?: string
}

export interface Model {
  entities: readonly EntityModel[]
  /** The type of each collection. */
  sets: Readonly<Record<string, string>>
  singletons: Readonly<Record<string, string>>
  operations: readonly Operation[]
}

/** The collections at the root, and what they have. */
export const sets: Readonly<Record<string, string>> = {
  applications: 'application',
  devices: 'device',
  directoryObjects: 'directoryObject',
  directoryRoles: 'directoryRole',
  domains: 'domain',
  drives: 'drive',
  groups: 'group',
  invitations: 'invitation',
  oauth2PermissionGrants: 'oAuth2PermissionGrant',
  organization: 'organization',
  servicePrincipals: 'servicePrincipal',
  subscribedSkus: 'subscribedSku',
  users: 'user',
}

export const singletons: Readonly<Record<string, string>> = { me: 'user', drive: 'drive' }

const objects = 'directoryObject[]'
const ofUser = {
  createdObjects: objects,
  directReports: objects,
  drive: 'drive',
  drives: 'drive[]',
  extensions: 'extension[]',
  licenseDetails: 'licenseDetails[]',
  manager: 'directoryObject',
  memberOf: objects,
  ownedDevices: objects,
  ownedObjects: objects,
  photo: 'profilePhoto',
  photos: 'profilePhoto[]',
  registeredDevices: objects,
  transitiveMemberOf: objects,
}
const ofGroup = {
  memberOf: objects,
  members: objects,
  owners: objects,
  transitiveMemberOf: objects,
  transitiveMembers: objects,
}

const ids = { ids: 'Edm.String[]' }
const only = { securityEnabledOnly: 'Edm.Boolean' }

const operations: readonly Operation[] = [
  ...(['getMemberGroups', 'getMemberObjects'] as const).map((name) => action(name, only)),
  action('checkMemberGroups', { groupIds: 'Edm.String[]' }),
  action('checkMemberObjects', ids),
  {
    kind: 'Action',
    name: 'restore',
    on: 'directoryObject',
    parameters: {},
    returns: 'directoryObject',
  },
  {
    kind: 'Action',
    name: 'getByIds',
    on: 'directoryObject[]',
    parameters: { ...ids, types: 'Edm.String[]' },
    returns: 'directoryObject[]',
  },
  {
    kind: 'Action',
    name: 'revokeSignInSessions',
    on: 'user',
    parameters: {},
    returns: 'Edm.Boolean',
  },
  { kind: 'Function', name: 'delta', on: 'user[]', parameters: {}, returns: 'user[]' },
  { kind: 'Function', name: 'delta', on: 'group[]', parameters: {}, returns: 'group[]' },
]

function action(name: string, parameters: Operation['parameters']): Operation {
  return { kind: 'Action', name, on: 'directoryObject', parameters, returns: 'Edm.String[]' }
}

const directoryObject = 'directoryObject'
const assignments = { appRoleAssignments: 'appRoleAssignment[]' }

export function modelOf(tenant: TenantState): Model {
  return { entities: entitiesOf(tenant), sets, singletons, operations }
}

function entitiesOf(tenant: TenantState): EntityModel[] {
  const { organization, domain, subscribedSku, licenseDetails } = organizationRows(tenant)
  return [
    entity('entity', undefined, { id: text }, {}, true),
    entity(directoryObject, 'entity', { deletedDateTime: time }),
    table(userTypeOf(tenant), directoryObject, { ...ofUser, ...assignments }),
    table(groupType, directoryObject, { ...ofGroup, ...assignments }),
    table(deviceType, directoryObject, {
      memberOf: objects,
      registeredOwners: objects,
      registeredUsers: objects,
      transitiveMemberOf: objects,
    }),
    table(roleType, directoryObject, { members: objects }),
    applicationEntity(tenant),
    servicePrincipalEntity(tenant),
    entity('organization', directoryObject, shapesOfRow(organization)),
    entity('domain', 'entity', shapesOfRow(domain)),
    entity('subscribedSku', 'entity', shapesOfRow(subscribedSku)),
    entity('licenseDetails', 'entity', shapesOfRow(licenseDetails)),
    table(invitation, 'entity', { invitedUser: 'user' }),
    entity('oAuth2PermissionGrant', 'entity', shapesOfSchema(NewGrant.properties)),
    entity('appRoleAssignment', directoryObject, shapesOfRow(assignment)),
    entity('profilePhoto', 'entity', shapesOfRow({ height: 0, width: 0 })),
    table(driveType, 'entity', { items: 'driveItem[]', root: 'driveItem', special: 'driveItem[]' }),
    table(driveItemType, 'entity', { children: 'driveItem[]' }),
  ]
}

const [text, time] = [
  { primitive: 'Edm.String', members: {}, isCollection: false, isNullable: false },
  { primitive: 'Edm.DateTimeOffset', members: {}, isCollection: false, isNullable: true },
]

/** https://learn.microsoft.com/graph/api/resources/approleassignment */
const assignment = {
  appRoleId: '',
  createdDateTime: '',
  principalDisplayName: '',
  principalId: '',
  principalType: '',
  resourceDisplayName: '',
  resourceId: '',
}

/** Properties that the base type has are not repeated. */
function entity(
  name: string,
  base: string | undefined,
  shapes: Shapes,
  relations: Readonly<Record<string, string>> = {},
  isAbstract = false,
): EntityModel {
  const inherited = base === directoryObject ? ['id', 'deletedDateTime'] : base ? ['id'] : []
  const own = Object.entries(shapes).filter(
    ([property]) => !inherited.includes(property) && !Object.hasOwn(relations, property),
  )
  const properties = Object.fromEntries(own)
  return { name, ...(base && { base }), isAbstract, properties, relations }
}

function table(
  { name, properties }: { name: string; properties: Parameters<typeof shapesOfTable>[0] },
  base: string,
  relations: Readonly<Record<string, string>>,
): EntityModel {
  return entity(name, base, shapesOfTable(properties), relations)
}

const sample = { id: '', appId: '', displayName: '' }

function applicationEntity({ domain }: TenantState): EntityModel {
  return entity(
    'application',
    directoryObject,
    {
      ...shapesOfRow(viewApplication(newApplication(sample, 0), domain)),
      ...shapesOfSchema(ApplicationChange.properties),
    },
    {
      extensionProperties: 'extensionProperty[]',
      federatedIdentityCredentials: 'federatedIdentityCredential[]',
      owners: objects,
    },
  )
}

function servicePrincipalEntity({ tenantId }: TenantState): EntityModel {
  const application = newApplication(sample, 0)
  const row = viewServicePrincipal(
    { application, isRegistered: true },
    newServicePrincipal('', ''),
    tenantId,
  )
  const { appRoles, api, keyCredentials } = shapesOfSchema(ApplicationChange.properties)
  return entity(
    'servicePrincipal',
    directoryObject,
    {
      ...shapesOfRow(row),
      ...shapesOfSchema(keptOfServicePrincipal),
      ...(appRoles && { appRoles }),
      ...(keyCredentials && { keyCredentials }),
      ...(api?.members['oauth2PermissionScopes'] && {
        oauth2PermissionScopes: api.members['oauth2PermissionScopes'],
      }),
    },
    {
      appRoleAssignedTo: 'appRoleAssignment[]',
      ...assignments,
      oauth2PermissionGrants: 'oAuth2PermissionGrant[]',
      owners: objects,
    },
  )
}
