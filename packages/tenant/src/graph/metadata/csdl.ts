/** Writes a model as XML. OData CSDL XML 4.01; namespace and alias are Graph's. */

import type { EntityModel, Model, Operation } from './model.ts'
import type { Shape, Shapes } from './shapes.ts'

const namespace = 'microsoft.graph'
const alias = 'graph'

/** The names of Graph's complex types, where the name of the property does not say them. */
const complexNames: Readonly<Record<string, string>> = {
  accessToken: 'optionalClaim',
  api: 'apiApplication',
  application: 'identity',
  appRoles: 'appRole',
  createdBy: 'identitySet',
  customSecurityAttributes: 'customSecurityAttributeValue',
  idToken: 'optionalClaim',
  identities: 'objectIdentity',
  info: 'informationalUrl',
  invitedUserMessageInfo: 'invitedUserMessageInfo',
  lastModifiedBy: 'identitySet',
  oauth2PermissionScopes: 'permissionScope',
  onPremisesSyncStatus: 'onPremisesSyncStatus',
  owner: 'identitySet',
  parentReference: 'itemReference',
  preAuthorizedApplications: 'preAuthorizedApplication',
  prepaidUnits: 'licenseUnitsDetail',
  publicClient: 'publicClientApplication',
  requiredResourceAccess: 'requiredResourceAccess',
  resourceAccess: 'resourceAccess',
  saml2Token: 'optionalClaim',
  servicePlans: 'servicePlanInfo',
  spa: 'spaApplication',
  user: 'identity',
  web: 'webApplication',
}

function complexName(property: string): string {
  return complexNames[property] ?? property.replace(/s$/, '')
}

export function writeCsdl(model: Model): string {
  const complex = complexTypes(model.entities)
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>',
    `<Schema Namespace="${namespace}" Alias="${alias}" xmlns="http://docs.oasis-open.org/odata/ns/edm">`,
    ...model.entities.map(entityType),
    ...[...complex].map(([name, members]) => complexType(name, members)),
    ...relationsWithout(model).map((name) => openEntity(name)),
    ...model.operations.map(operation),
    '<EntityContainer Name="GraphService">',
    ...Object.entries(model.sets).map(
      ([name, type]) => `<EntitySet Name="${name}" EntityType="${namespace}.${type}"/>`,
    ),
    ...Object.entries(model.singletons).map(
      ([name, type]) => `<Singleton Name="${name}" Type="${namespace}.${type}"/>`,
    ),
    '</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>',
  ].join('\n')
}

/** Several properties may have one type; it has the members of all. */
function complexTypes(entities: readonly EntityModel[]): Map<string, Shapes> {
  const found = new Map<string, Shapes>()
  const add = (shapes: Shapes): void => {
    for (const [property, { primitive, members }] of Object.entries(shapes)) {
      if (primitive !== undefined) continue
      const name = complexName(property)
      found.set(name, { ...found.get(name), ...members })
      add(members)
    }
  }
  for (const { properties } of entities) add(properties)
  return found
}

/** Types that only relationships name: their properties are not said. */
function relationsWithout({ entities }: Model): string[] {
  const known = new Set(entities.map(({ name }) => name))
  const named = entities.flatMap(({ relations }) =>
    Object.values(relations).map((type) => type.replace('[]', '')),
  )
  return [...new Set(named)].filter((name) => !known.has(name))
}

function openEntity(name: string): string {
  return `<EntityType Name="${name}" BaseType="${alias}.entity" OpenType="true"/>`
}

function entityType({ name, base, isAbstract, properties, relations }: EntityModel): string {
  const attributes = [
    `Name="${name}"`,
    ...(base === undefined ? [] : [`BaseType="${alias}.${base}"`]),
    ...(isAbstract ? ['Abstract="true"'] : []),
  ]
  return [
    `<EntityType ${attributes.join(' ')}>`,
    ...(base === undefined ? ['<Key><PropertyRef Name="id"/></Key>'] : []),
    ...Object.entries(properties).map(([property, shape]) => propertyOf(property, shape)),
    ...Object.entries(relations).map(
      ([relation, type]) =>
        `<NavigationProperty Name="${relation}" Type="${typeName(type)}" ContainsTarget="true"/>`,
    ),
    '</EntityType>',
  ].join('')
}

function complexType(name: string, members: Shapes): string {
  const properties = Object.entries(members).map(([property, shape]) => propertyOf(property, shape))
  const open = properties.length === 0 ? ' OpenType="true"' : ''
  return `<ComplexType Name="${name}"${open}>${properties.join('')}</ComplexType>`
}

function propertyOf(name: string, shape: Shape): string {
  const { primitive, isCollection, isNullable } = shape
  const type = primitive ?? `${alias}.${complexName(name)}`
  const full = isCollection ? `Collection(${type})` : type
  return `<Property Name="${name}" Type="${full}"${isNullable && !isCollection ? '' : ' Nullable="false"'}/>`
}

/** `user[]` is a collection of users; `Edm.String` is itself. */
function typeName(type: string): string {
  const one = type.replace('[]', '')
  const full = one.startsWith('Edm.') ? one : `${alias}.${one}`
  return type.endsWith('[]') ? `Collection(${full})` : full
}

function operation({ kind, name, on, parameters, returns }: Operation): string {
  const all = Object.entries({ bindingParameter: on, ...parameters })
  return [
    `<${kind} Name="${name}" IsBound="true">`,
    ...all.map(([parameter, type]) => `<Parameter Name="${parameter}" Type="${typeName(type)}"/>`),
    ...(returns === undefined ? [] : [`<ReturnType Type="${typeName(returns)}"/>`]),
    `</${kind}>`,
  ].join('')
}
