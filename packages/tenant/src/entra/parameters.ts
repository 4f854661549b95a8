/** Reads OAuth parameters from a query or a form, and refuses duplicates (RFC 6749 section 3.1). */

import { EntraError } from './errors.ts'

export type Parameters = Readonly<Record<string, string>>

export function queryParameters(url: string): Parameters {
  const start = url.indexOf('?')
  const entries = [...new URLSearchParams(start < 0 ? '' : url.slice(start + 1))]
  const seen = new Set<string>()
  for (const [name] of entries) {
    if (seen.has(name)) throw duplicated(name)
    seen.add(name)
  }
  return withoutEmpty(entries)
}

export function formParameters(body: unknown): Parameters {
  if (typeof body !== 'object' || body === null) return {}
  const entries = Object.entries(body).map(([name, value]): [string, string] => {
    if (typeof value !== 'string') throw duplicated(name)
    return [name, value]
  })
  return withoutEmpty(entries)
}

/** The parameters of a query and of a form together. @throws EntraError 9000411 for one that both have */
export function joined(query: Parameters, form: Parameters): Parameters {
  for (const name of Object.keys(form)) if (name in query) throw duplicated(name)
  return Object.assign(Object.create(null), query, form) as Parameters
}

/** @throws EntraError 900144 without the parameter */
export function required(parameters: Parameters, name: string): string {
  const value = parameters[name]
  if (value !== undefined) return value
  throw new EntraError(900144, {
    message: `The request body must contain the following parameter: '${name}'.`,
  })
}

/** An empty parameter counts as absent (RFC 6749 section 3.1). */
function withoutEmpty(entries: [string, string][]): Parameters {
  return Object.assign(
    Object.create(null),
    Object.fromEntries(entries.filter(([, value]) => value !== '')),
  ) as Parameters
}

function duplicated(name: string): EntraError {
  return new EntraError(9000411, { message: `The parameter '${name}' is given more than once.` })
}
