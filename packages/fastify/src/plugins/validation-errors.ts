/** What a refused request has wrong, by field, in words that continue the field's name. It holds no value that was sent. */
import type { FieldError } from '@gatehouse/contract/problem'
import type { FastifyError } from 'fastify'

type Violation = NonNullable<FastifyError['validation']>[number]

/** Where Fastify says that the violation is, and what a caller calls that part of the request. */
const parts: Record<string, string> = {
  body: 'body',
  querystring: 'query',
  params: 'params',
  headers: 'headers',
}

/** A body of 16 kB can violate a schema thousands of times. */
const maxErrors = 20

/** @returns one error for each field, the first twenty */
export function fieldErrorsOf({ validation = [], validationContext }: FastifyError): FieldError[] {
  const part = parts[validationContext ?? ''] ?? 'body'
  const messages = new Map<string, string>()
  for (const violation of validation) {
    // TypeBox adds one for each unexpected member, which the object's own names as well.
    if (violation.keyword === 'boolean') continue
    const message = messageOf(violation)
    for (const pointer of pointersOf(violation)) {
      const path = `/${part}${pointer}`
      // The rules of the alternatives come first, and none of them is broken by itself.
      if (!messages.has(path) || violation.keyword === 'anyOf') messages.set(path, message)
    }
  }
  return [...messages].slice(0, maxErrors).map(([path, message]) => ({ path, message }))
}

/**
 * Both validators, Ajv's and TypeBox's, point at the object whose members are missing or unexpected. A form shows the
 * members.
 */
function pointersOf({ instancePath, params }: Violation): string[] {
  const { missingProperty, requiredProperties, additionalProperty, additionalProperties } = params
  const named = [missingProperty, requiredProperties, additionalProperty, additionalProperties]
  const members = named.flat().filter((name) => typeof name === 'string')
  // A name that was sent may be long, and anything.
  const tokens = members.map((name) =>
    name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1'),
  )
  return tokens.length > 0 ? tokens.map((token) => `${instancePath}/${token}`) : [instancePath]
}

function messageOf({ keyword, params, message = 'is not valid' }: Violation): string {
  const limit = Number(params['limit'])
  switch (keyword) {
    case 'required':
      return 'is missing'
    case 'additionalProperties':
      return 'is not expected'
    case 'minLength':
      return limit === 1 ? 'is empty' : `has fewer than ${limit} characters`
    case 'maxLength':
      return `has more than ${limit} characters`
    case 'minItems':
      return limit === 1 ? 'is empty' : `has fewer than ${limit} entries`
    case 'maxItems':
      return `has more than ${limit} entries`
    case 'minimum':
      return `is less than ${limit}`
    case 'maximum':
      return `is more than ${limit}`
    case 'exclusiveMinimum':
      return `is not more than ${limit}`
    case 'exclusiveMaximum':
      return `is not less than ${limit}`
    case 'type':
      return `is no ${String(params['type']).replaceAll(',', ' or ')}`
    case 'format':
      return `is no ${String(params['format'])}`
    case 'pattern':
      return 'does not have the form that is expected'
    case 'enum':
    case 'const':
    case 'anyOf':
      return 'is none of the values that are accepted'
    default:
      return message
  }
}
