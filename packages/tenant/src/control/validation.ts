/** Checks bodies and queries of the control API against their schemas, and says everything that is wrong at once. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { schemaProblems } from '../config/schema-problems.ts'
import { isForm, membersOf } from './answer.ts'
import { ControlError } from './errors.ts'

/** Texts that a form has for values that are no texts. */
const formValues: Readonly<Record<string, unknown>> = { true: true, on: true, false: false }

export function useValidation(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    if (isForm(request)) request.body = valuesOf(request)
    // Fastify reads plain text too, which no route takes.
    else if (typeof request.body === 'string') {
      throw new ControlError(
        'unsupported_media_type',
        'The body must be JSON, with its content type.',
      )
    }
  })
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => (data: unknown) => {
    // Numbers in an address are text.
    const given: unknown = httpPart === 'body' ? (data ?? {}) : Value.Convert(schema, data)
    const problem = problemOf(schema, given)
    return problem ? { error: problem } : { value: given }
  })
  // Schemas of answers are for the document. A test holds the answers against them.
  app.setSerializerCompiler(() => JSON.stringify)
}

function problemOf(schema: TSchema, given: unknown): ControlError | undefined {
  const problems = schemaProblems(schema, given)
  if (problems.length === 0) return undefined
  const lines = problems.map(({ key, message }) => `"${key}" ${message}.`.replace('?.', '?'))
  return new ControlError('invalid_request', lines.join(' '), { problems })
}

/** @throws ControlError with everything that is wrong */
export function checkMembers<T extends TSchema>(
  schema: T,
  given: unknown,
): asserts given is Static<T> {
  const problem = problemOf(schema, given)
  if (problem) throw problem
}

/** The members of a form, of the types that the route's schema has. */
function valuesOf({ body, routeOptions }: FastifyRequest): unknown {
  const schema = routeOptions.schema?.body as TSchema | undefined
  const members = membersOf(body)
  if (!schema) return members
  const values = Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name,
      isFlag(schema, name) ? (formValues[String(value)] ?? value) : value,
    ]),
  )
  return Value.Convert(schema, values)
}

function isFlag(schema: TSchema, name: string): boolean {
  const { properties } = schema as { properties?: Record<string, { type?: string }> }
  return properties?.[name]?.type === 'boolean'
}

/** The body of a request that has been checked against this schema. */
export function bodyOf<T extends TSchema>(_schema: T, { body }: FastifyRequest): Static<T> {
  return body as Static<T>
}
