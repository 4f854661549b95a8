/** The OData query options of a request. */

import { badRequest, unsupportedQuery } from './errors.ts'

const userOptions = [
  '$top',
  '$select',
  '$search',
  '$filter',
  '$orderby',
  '$count',
  '$skiptoken',
  '$format',
] as const

export type Options = Readonly<Partial<Record<(typeof userOptions)[number], string>>>

/** @throws GraphError 400 for an option that is unknown, not supported, or given twice */
export function parseOptions(url: string): Options {
  const start = url.indexOf('?')
  const options: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (!key.startsWith('$')) continue
    const name = key.toLowerCase()
    if (!userOptions.some((option) => option === name)) throw refused(key)
    if (options[name] !== undefined) {
      throw badRequest(`Query option '${key}' was specified more than once.`)
    }
    options[name] = value
  }
  return options
}

function refused(name: string) {
  if (name === '$skip' || name === '$expand') {
    return badRequest(`'${name}' is not supported by the service.`)
  }
  return badRequest(`The query parameter '${name}' is not supported.`)
}

const defaultPage = 100
const largestPage = 999

/** Users on a page. */
export function parseTop(text: string | undefined): number {
  if (text === undefined) return defaultPage
  const top = /^-?\d+$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(top)) throw badRequest(`Invalid value '${text}' for $top query option found.`)
  if (top >= 1 && top <= largestPage) return top
  throw unsupportedQuery(
    `Invalid page size specified: '${text}'. Must be between 1 and ${largestPage} inclusive.`,
  )
}

export function parseCount(text: string | undefined): boolean {
  if (text === undefined) return false
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  throw badRequest(`Invalid value '${text}' for $count query option found.`)
}
