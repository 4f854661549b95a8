/** Directory extensions: properties that applications add to the types of the directory. */

import { randomUUID } from 'node:crypto'
import { Type, type Static } from 'typebox'

export const DataType = Type.Union([
  Type.Literal('Binary'),
  Type.Literal('Boolean'),
  Type.Literal('DateTime'),
  Type.Literal('Integer'),
  Type.Literal('LargeInteger'),
  Type.Literal('String'),
])

/** https://learn.microsoft.com/graph/api/resources/extensionproperty */
export interface ExtensionProperty {
  id: string
  /** The application that it belongs to. */
  appId: string
  /** `extension_{appId without hyphens}_{name}` */
  name: string
  dataType: Static<typeof DataType>
  isMultiValued: boolean
  /** `User` and the like. */
  targetObjects: string[]
}

export interface ExtensionProperties {
  /** A new list after each change. */
  list(): readonly ExtensionProperty[]
  /** @returns undefined if the name is taken */
  add(property: Omit<ExtensionProperty, 'id'>): ExtensionProperty | undefined
  remove(id: string): void
  load(properties: readonly ExtensionProperty[]): void
}

export function createExtensionProperties(): ExtensionProperties {
  let properties: readonly ExtensionProperty[] = []
  return {
    list: () => properties,
    add(given) {
      const wanted = given.name.toLowerCase()
      if (properties.some(({ name }) => name.toLowerCase() === wanted)) return undefined
      const property = { ...given, id: randomUUID() }
      properties = [...properties, property]
      return property
    },
    remove: (id) => void (properties = properties.filter((one) => one.id !== id)),
    load: (given) => void (properties = structuredClone(given)),
  }
}
