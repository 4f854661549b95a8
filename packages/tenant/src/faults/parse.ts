/** Reads a fault from JSON, for the control API. */

import { endpoints } from '../endpoint.ts'
import type { Fault, FaultKind } from './fault.ts'
import { idTokenVariants } from './id-token.ts'

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const whole: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0
const integer: Check = (value) => Number.isInteger(value)
const record: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const texts: Check = (value) => Array.isArray(value) && value.every(text)
const status: Check = (value) => integer(value) && Number(value) >= 200 && Number(value) <= 599
const variant: Check = (value) => idTokenVariants.some((name) => name === value)
const anything: Check = () => true

interface Shape {
  required?: Record<string, Check>
  optional?: Record<string, Check>
}

/** Every kind but `respondWith`, which is a function. */
const shapes: Record<Exclude<FaultKind, 'respondWith'>, Shape> = {
  respond: {
    required: { status },
    optional: { headers: record, body: anything, contentType: text },
  },
  delay: { required: { ms: whole } },
  hang: {},
  reset: {},
  drip: { required: { bytes: whole, everyMs: whole, total: whole } },
  huge: { required: { bytes: whole } },
  aadsts: {
    required: { code: whole },
    optional: { error: text, suberror: text, claims: text, description: text },
  },
  graphError: {
    required: { status, code: text },
    optional: { message: text, retryAfter: text, claims: text },
  },
  graphResponse: { optional: { patch: record, remove: texts, headers: record } },
  authorizeResponse: { required: { patch: record } },
  idToken: { optional: { variant, claims: record, header: record, remove: texts } },
  tokenResponse: { optional: { patch: record, asUser: text } },
  skew: { required: { ms: integer } },
}

/** @throws Error with a sentence about what is wrong */
export function parseFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null) throw new Error('A fault is a JSON object.')
  const { at, kind, times, ...what } = {
    at: undefined,
    kind: undefined,
    times: undefined,
    ...value,
  }
  if (!endpoints.some((endpoint) => endpoint === at)) {
    throw new Error(`"at" must be one of: ${endpoints.join(', ')}.`)
  }
  if (times !== undefined && !(whole(times) && Number(times) > 0)) {
    throw new Error('"times" must be a whole number above 0.')
  }
  const shape = Object.entries(shapes).find(([name]) => name === kind)?.[1]
  if (!shape) throw new Error(`"kind" must be one of: ${Object.keys(shapes).join(', ')}.`)
  checkMembers(what, shape)
  // Every member has just been checked against the shape of its kind.
  return value as Fault
}

function checkMembers(
  what: Record<string, unknown>,
  { required = {}, optional = {} }: Shape,
): void {
  for (const name of Object.keys(required)) {
    if (!(name in what)) throw new Error(`"${name}" is missing.`)
  }
  const checks = { ...required, ...optional }
  for (const [name, value] of Object.entries(what)) {
    const check = checks[name]
    if (!check) throw new Error(`"${name}" does not belong to this kind of fault.`)
    if (!check(value)) throw new Error(`"${name}" has a value that this kind of fault cannot have.`)
  }
}
