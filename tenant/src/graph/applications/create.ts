/** A new application. */

import { randomUUID } from 'node:crypto'
import { newApplication } from '../../registry/application.ts'
import type { Entry } from '../../registry/registry.ts'
import type { World } from '../../world.ts'
import type { Caller } from '../bearer.ts'
import { conflict } from '../errors.ts'
import { readBody } from '../odata/body.ts'
import { changed } from './change.ts'
import { NewApplication } from './input.ts'

/** @throws GraphError 400 for a wrong body, and for a name or address that must be unique and is taken */
export function createApplication(world: World, caller: Caller, body: unknown): Entry {
  const { uniqueName = null, ...change } = readBody(NewApplication, body, 'Application')
  refuseTaken(world, 'uniqueName', uniqueName === null ? [] : [uniqueName])
  refuseTaken(world, 'identifierUris', change.identifierUris ?? [])
  const identity = { id: randomUUID(), appId: randomUUID(), displayName: change.displayName }
  const application = changed(newApplication(identity, world.now()), change, world.now())
  const { newApplicationsHiddenFor } = world.policies
  return world.registry.add(
    { ...application, uniqueName },
    caller.user.id,
    newApplicationsHiddenFor,
  )
}

/** Also by an application that is deleted, or is not to be seen yet: it is there all the same. */
function refuseTaken(
  { registry }: World,
  property: 'uniqueName' | 'identifierUris',
  values: readonly string[],
): void {
  const all = [...registry.entries(), ...registry.deleted()]
  const taken = all.flatMap(({ application }) => application[property] ?? [])
  if (!values.some((value) => taken.includes(value))) return
  throw conflict(400, `Another object with the same value for property ${property} already exists.`)
}
