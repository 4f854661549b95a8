/** Finds the application that an address names. */

import type { Entry } from '../../registry/registry.ts'
import type { World } from '../../world.ts'
import type { Caller } from '../bearer.ts'
import { denied } from '../bearer.ts'
import { badRequest, notFound } from '../errors.ts'
import { parseKey, type ObjectKey } from '../odata/object-key.ts'
import { maySee } from './access.ts'

/** @throws GraphError 404, and 403 for one that the caller may not see */
export function findApplication(world: World, caller: Caller, text: string): Entry {
  const key = parseKey(text)
  const entry = lookUp(world, key)
  if (!entry) throw notFound(key.value)
  if (!maySee(caller, entry)) throw denied()
  return entry
}

/** Undefined for one that is not there, or is not to be seen yet. */
export function lookUp({ registry }: World, { name, value }: ObjectKey): Entry | undefined {
  if (name !== 'id' && name !== 'appId' && name !== 'uniqueName') {
    throw badRequest(`'${name}' is not a key of type 'microsoft.graph.application'.`)
  }
  const wanted = value.toLowerCase()
  return registry
    .entries()
    .filter(({ isRegistered, isHidden }) => isRegistered && !isHidden)
    .find(({ application }) => application[name]?.toLowerCase() === wanted)
}
