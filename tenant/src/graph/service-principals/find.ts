/** Finds the service principal that an address names. */

import type { Entry } from '../../registry/registry.ts'
import type { ServicePrincipal } from '../../registry/service-principal.ts'
import type { World } from '../../world.ts'
import { badRequest, notFound } from '../errors.ts'
import { parseKey } from '../odata/object-key.ts'

export interface Present {
  entry: Entry
  principal: ServicePrincipal
}

export function presentEntries({ registry }: World): Present[] {
  return registry
    .entries()
    .filter(({ isHidden }) => !isHidden)
    .flatMap((entry) =>
      entry.servicePrincipal ? [{ entry, principal: entry.servicePrincipal }] : [],
    )
}

/** @throws GraphError 404 */
export function findServicePrincipal(world: World, text: string): Present {
  const { name, value } = parseKey(text)
  if (name !== 'id' && name !== 'appId') {
    throw badRequest(`'${name}' is not a key of type 'microsoft.graph.servicePrincipal'.`)
  }
  const wanted = value.toLowerCase()
  const found = presentEntries(world).find(
    ({ principal }) => principal[name].toLowerCase() === wanted,
  )
  if (found) return found
  throw notFound(value)
}
