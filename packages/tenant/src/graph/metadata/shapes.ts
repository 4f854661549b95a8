/**
 * The types of properties, read from what the tenant has anyway: the tables of its entity types, the schemas of its inputs,
 * and objects that it shows. OData CSDL 4.01, section 3.
 */

import type { PropertyDefinition } from '../filter/entity.ts'

export interface Shape {
  /** `Edm.String` and the like; undefined for a complex type. */
  primitive: string | undefined
  /** Of a complex type; none for an open one. */
  members: Shapes
  isCollection: boolean
  isNullable: boolean
}

export type Shapes = Readonly<Record<string, Shape>>

const plain: Shape = {
  primitive: 'Edm.String',
  members: {},
  isCollection: false,
  isNullable: true,
}
const primitives: Readonly<Partial<Record<PropertyDefinition['type'], string>>> = {
  boolean: 'Edm.Boolean',
  date: 'Edm.DateTimeOffset',
  guid: 'Edm.Guid',
  number: 'Edm.Int64',
}

export function shapesOfTable(table: Readonly<Record<string, PropertyDefinition>>): Shapes {
  return mapped(
    // Annotations such as `@microsoft.graph.downloadUrl` are no properties.
    Object.entries(table).filter(([name]) => !name.startsWith('@')),
    ({ type, members, isNullable }) => {
      const isCollection = type === 'strings' || type === 'complexes'
      const isComplex = type === 'complex' || type === 'complexes'
      return {
        primitive: isComplex ? undefined : (primitives[type] ?? 'Edm.String'),
        members: shapesOfTable(members),
        isCollection,
        isNullable,
      }
    },
  )
}

/** As far as the schemas of this tenant have it. */
interface Schema {
  type?: string
  properties?: Readonly<Record<string, Schema>>
  items?: Schema
  anyOf?: readonly Schema[]
}

/** @param properties of a schema of an object */
export function shapesOfSchema(properties: Readonly<Record<string, object>>): Shapes {
  return mapped(
    Object.entries(properties).filter(([name]) => !name.includes('@')),
    (schema, name) => shapeOfSchema(schema as Schema, name),
  )
}

function shapeOfSchema({ type, properties, items, anyOf }: Schema, name: string): Shape {
  if (anyOf) {
    const [first = {}] = anyOf.filter((each) => each.type !== 'null')
    return { ...shapeOfSchema(first, name), isNullable: anyOf.some((each) => each.type === 'null') }
  }
  if (items) return { ...shapeOfSchema(items, name), isCollection: true, isNullable: false }
  if (properties) return { ...plain, primitive: undefined, members: shapesOfSchema(properties) }
  if (type === 'boolean') return { ...plain, primitive: 'Edm.Boolean' }
  if (type === 'integer' || type === 'number') return { ...plain, primitive: 'Edm.Int32' }
  return isTime(name) ? { ...plain, primitive: 'Edm.DateTimeOffset' } : plain
}

/** Of an object that is shown; null stands for a text. */
export function shapesOfRow(row: Readonly<Record<string, unknown>>): Shapes {
  return mapped(Object.entries(row), (value, name) => {
    const isCollection = Array.isArray(value)
    const one: unknown = isCollection ? value[0] : value
    return { ...shapeOfValue(one, name, isCollection), isCollection }
  })
}

function shapeOfValue(value: unknown, name: string, isItem: boolean): Shape {
  if (typeof value === 'boolean') return { ...plain, primitive: 'Edm.Boolean' }
  if (typeof value === 'number') return { ...plain, primitive: 'Edm.Int32' }
  if (typeof value === 'object' && value !== null) {
    const members = shapesOfRow(value as Readonly<Record<string, unknown>>)
    return { ...plain, primitive: undefined, members }
  }
  // Of an empty list nobody knows what is in it: an open type says so.
  if (value === undefined && isItem) return { ...plain, primitive: undefined }
  return isTime(name) ? { ...plain, primitive: 'Edm.DateTimeOffset' } : plain
}

function isTime(name: string): boolean {
  return name.endsWith('DateTime')
}

function mapped<T>(
  entries: readonly (readonly [string, T])[],
  shape: (value: T, name: string) => Shape,
): Shapes {
  return Object.fromEntries(entries.map(([name, value]) => [name, shape(value, name)]))
}
