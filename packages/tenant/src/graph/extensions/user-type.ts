/** Users with the directory extensions of the tenant. https://learn.microsoft.com/graph/extensibility-overview */

import type { TenantUser } from '../../directory/user.ts'
import type { ExtensionProperty } from '../../extensions/extension-properties.ts'
import type { TenantState } from '../../tenant-state.ts'
import { invalidValue } from '../errors.ts'
import { property, type EntityType, type PropertyDefinition } from '../filter/entity.ts'
import { userType } from '../users/entity.ts'

const known = new WeakMap<readonly ExtensionProperty[], EntityType<TenantUser>>()

/** The type of users as it is now. Without `$select`, extensions are not sent. */
export function userTypeOf({ extensionProperties }: TenantState): EntityType<TenantUser> {
  const properties = extensionProperties.list()
  const made = known.get(properties) ?? extended(properties)
  known.set(properties, made)
  return made
}

function extended(properties: readonly ExtensionProperty[]): EntityType<TenantUser> {
  const ofUsers = properties.filter(({ targetObjects }) => targetObjects.includes('User'))
  if (ofUsers.length === 0) return userType
  const own = Object.fromEntries(ofUsers.map((one) => [one.name, definitionOf(one)]))
  return { ...userType, properties: { ...userType.properties, ...own } }
}

/** The page of `extensionProperty` has the sizes; `eq` and `startsWith` work without an advanced query. */
function definitionOf({ dataType, isMultiValued }: ExtensionProperty): PropertyDefinition {
  if (isMultiValued) return property('strings', 'dd--')
  if (dataType === 'Boolean') return property('boolean', 'd--a')
  if (dataType === 'DateTime') return property('date', 'd-da')
  if (dataType === 'Integer' || dataType === 'LargeInteger') return property('number', 'd-da')
  // 256 bytes in base64.
  return property('string', 'dd-a', { maxLength: dataType === 'Binary' ? 344 : 256 })
}

/** @throws GraphError 400 for a value that the definition's data type does not allow */
export function checkExtensionValues(
  { extensionProperties }: TenantState,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const { name, dataType } of extensionProperties.list()) {
    const value = values[name]
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (list.some((one) => !fits(one, dataType))) throw invalidValue(name, 'User')
  }
}

function fits(value: unknown, dataType: ExtensionProperty['dataType']): boolean {
  if (dataType === 'Integer' && typeof value === 'number') return value === (value | 0)
  if (typeof value !== 'string') return true
  if (dataType === 'String') return value.length <= 256
  if (dataType === 'Binary') return /^[A-Za-z0-9+/]*={0,2}$/.test(value)
  return true
}
