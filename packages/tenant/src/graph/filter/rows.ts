/**
 * The types of objects that are kept as rows, such as applications: their properties are those of the rows, and what queries
 * can do with each is what Microsoft's table says.
 * https://learn.microsoft.com/graph/aad-advanced-queries
 */

import { property, type EntityType, type PropertyDefinition } from './entity.ts'

export type Row = Readonly<Record<string, unknown>>

const addresses = { redirectUris: property('strings', 'aa--') }

const tables: Readonly<Record<string, Readonly<Record<string, PropertyDefinition>>>> = {
  application: {
    appId: property('string', 'd---'),
    createdDateTime: property('date', 'd-da'),
    description: property('string', 'aa-a'),
    disabledByMicrosoftStatus: property('string', 'd---'),
    displayName: property('string', 'dd-a'),
    id: property('string', 'd---'),
    identifierUris: property('strings', 'dd--'),
    notes: property('string', 'aa-a'),
    publicClient: property('complex', '----', { members: addresses }),
    publisherDomain: property('string', 'dd--'),
    requiredResourceAccess: property('complexes', '----', {
      members: { resourceAppId: property('guid', 'a---') },
    }),
    serviceManagementReference: property('string', 'aa-a'),
    signInAudience: property('string', 'd---'),
    spa: property('complex', '----', { members: addresses }),
    tags: property('strings', 'dd--'),
    uniqueName: property('string', 'dd--'),
    web: property('complex', '----', {
      members: { ...addresses, homePageUrl: property('string', 'a--a') },
    }),
  },
  servicePrincipal: {
    accountEnabled: property('boolean', 'd---'),
    alternativeNames: property('strings', 'dd--'),
    appId: property('string', 'd---'),
    appOwnerOrganizationId: property('guid', 'a---'),
    appRoleAssignmentRequired: property('boolean', 'a---'),
    description: property('string', 'aa-a'),
    displayName: property('string', 'dd-a'),
    homepage: property('string', 'aa-a'),
    id: property('string', 'd---'),
    notes: property('string', 'aa-a'),
    preferredSingleSignOnMode: property('string', 'd---'),
    servicePrincipalNames: property('strings', 'dd--'),
    servicePrincipalType: property('string', 'd---'),
    tags: property('strings', 'dd--'),
  },
}

const sorts = { createdDateTime: 'advanced', displayName: 'advanced' } as const

/**
 * @param name `application`
 * @param rows whose members are the properties that can be selected
 * @param filterable properties that can be filtered by, of a type without a table
 */
export function rowType(
  name: string,
  rows: readonly Row[],
  filterable: readonly string[],
): EntityType<Row> {
  const table = tables[name]
  const own = Object.keys(rows[0] ?? {}).map((key) => [key, property('string')] as const)
  const others = table
    ? Object.entries(table)
    : filterable.map((key) => [key, property(typeOf(rows, key), 'dd--')] as const)
  return {
    name,
    resource: name.slice(0, 1).toUpperCase() + name.slice(1),
    properties: Object.fromEntries([...own, ...others]),
    usual: own.map(([key]) => key),
    sorts: table ? sorts : {},
    countable: [],
    read: (row, key) => row[key],
  }
}

function typeOf(rows: readonly Row[], key: string): PropertyDefinition['type'] {
  const value = rows[0]?.[key]
  if (Array.isArray(value)) return 'strings'
  return typeof value === 'boolean' ? 'boolean' : 'string'
}
