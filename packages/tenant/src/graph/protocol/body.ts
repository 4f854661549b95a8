/** Reads the properties in the body of a request that creates or changes an object, with the errors of Graph's directory. */

import { badBody, badRequest, invalidValue } from '../errors.ts'
import type { EntityType, PropertyDefinition } from '../filter/entity.ts'
import { parseDateTime } from './date-time.ts'

export interface Body {
  properties: Readonly<Record<string, unknown>>
  /** `members@odata.bind` and the like, by relationship: addresses of objects. */
  bound: Readonly<Record<string, readonly unknown[]>>
}

/**
 * @param binds the relationships that the body may bind
 * @throws GraphError 400 naming the first property that is unknown, read-only, or of a wrong type
 */
export function readObject<T>(
  body: unknown,
  type: EntityType<T>,
  binds: readonly string[] = [],
): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    )
  }
  const properties: Record<string, unknown> = {}
  const bound: Record<string, readonly unknown[]> = {}
  for (const [name, value] of Object.entries(body)) {
    const [, relationship] = /^(\w+)@odata\.bind$/.exec(name) ?? []
    if (relationship !== undefined && binds.includes(relationship)) {
      bound[relationship] = Array.isArray(value) ? value : [value]
    } else if (name.startsWith('@')) {
      // Annotations such as `@odata.type` are no properties.
      continue
    } else {
      properties[name] = checked(name, value, type)
    }
  }
  return { properties, bound }
}

function checked<T>(name: string, value: unknown, type: EntityType<T>): unknown {
  const definition = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined
  if (!definition) throw badBody(`Invalid property '${name}'.`).withDetail('InvalidProperty', name)
  if (definition.isReadOnly) {
    throw badBody(`Property '${name}' is read-only and cannot be set.`).withDetail('ReadOnly', name)
  }
  if (!isOfType(value, definition)) throw invalidValue(name, type.resource)
  return value
}

function isOfType(value: unknown, definition: PropertyDefinition): boolean {
  const { type, isNullable, maxLength } = definition
  if (value === null) return isNullable
  if (type === 'string' || type === 'guid') {
    return typeof value === 'string' && value !== '' && value.length <= (maxLength ?? 2_048)
  }
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'number') return Number.isInteger(value)
  if (type === 'date') return typeof value === 'string' && !Number.isNaN(parseDateTime(value))
  if (type === 'complex') return isComplex(value, definition)
  if (!Array.isArray(value) || value.length > mostItems) return false
  return value.every((item: unknown) =>
    type === 'strings'
      ? typeof item === 'string' && item.length <= 1_024
      : isComplex(item, definition),
  )
}

const mostItems = 250

function isComplex(value: unknown, { members }: PropertyDefinition): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([name, member]) => {
    const definition = Object.hasOwn(members, name) ? members[name] : undefined
    if (!definition) return Object.keys(members).length === 0 || name.startsWith('@')
    return isOfType(member, definition)
  })
}

/** @throws GraphError 400 for the first property that is missing or null */
export function requireProperties(
  properties: Readonly<Record<string, unknown>>,
  names: readonly string[],
  resource: string,
): void {
  const missing = names.find((name) => (properties[name] ?? null) === null)
  if (missing === undefined) return
  throw badBody(
    `A value is required for property '${missing}' of resource '${resource}'.`,
  ).withDetail('MissingValue', missing)
}
