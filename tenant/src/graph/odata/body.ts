/** Reads the JSON of a request: what is wrong with it is said as Graph's directory says it. */

import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { badBody, invalidValue } from '../errors.ts'

/**
 * @param type of the resource, as messages name it: `Application`
 * @throws GraphError 400 naming the first property that is unknown, missing or of a wrong form
 */
export function readBody<T extends TSchema>(schema: T, body: unknown, type: string): Static<T> {
  if (Value.Check(schema, body)) return body
  const errors = Value.Errors(schema, body)
  // An unknown property is reported twice, first as a value that nothing may have.
  const error = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[0]
  if (error?.keyword === 'required') {
    const [name = ''] = error.params.requiredProperties
    throw badBody(`A value is required for property '${name}' of resource '${type}'.`)
  }
  if (error?.keyword === 'additionalProperties') {
    const [name = ''] = error.params.additionalProperties
    throw badBody(`Invalid property '${name}'.`)
  }
  const path = error?.instancePath.split('/').filter((part) => part && !/^\d+$/.test(part)) ?? []
  throw path.length > 0 ? invalidValue(path.join('.'), type) : badBody('Empty Payload.')
}
