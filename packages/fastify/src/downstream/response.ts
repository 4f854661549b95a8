/** Reads an API's answer. Only what the contract names is passed on to the caller. */
import { isAscii } from 'node:buffer'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { parseClaimsRequest } from '../entra/index.ts'
import { apiProblem, type ProblemError } from '../errors.ts'
import { isObject } from '../json.ts'
import type { Exchange } from '../outgoing/index.ts'
import { requestIdIn } from './failure.ts'
import { type BearerChallenge, readBearerChallenge } from './www-authenticate.ts'

/** The API rejected the token, or rejected it for this call. */
export interface TokenRejection extends BearerChallenge {
  status: 401 | 403
}

/** @returns undefined for an answer that does not reject the token */
export function tokenRejection({ status, headers }: Exchange): TokenRejection | undefined {
  if (status !== 401 && status !== 403) return undefined
  const { claims, scopes } = readBearerChallenge(headers['www-authenticate'])
  // Only a well-formed claims request goes to Entra. Any other counts as no challenge.
  const usable = parseClaimsRequest(claims)
  return { status, ...(usable && { claims: usable }), ...(scopes && { scopes }) }
}

/**
 * The JSON of a success; undefined if it has no content.
 *
 * @throws ProblemError `upstream_failed` for anything else
 */
export function jsonOf(name: string, answer: Exchange): unknown {
  // A 200 must have content; 201, 202 and 204 may have none.
  if (answer.status !== 200 && answer.bytes.length === 0) return undefined
  try {
    assertType(answer, /^application\/json\s*(?:;|$)/i)
    return parsed(answer.bytes)
  } catch (cause) {
    throw unexpectedResponse(name, cause, answer)
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    // A third of the time is saved where each byte is a character: an answer of ASCII alone, as most are.
    return JSON.parse(isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8'))
  } catch {
    // The parser's own error quotes the text, which would put names and addresses into the log.
    throw new Error('the answer is not JSON')
  }
}

/** Headers of an answer that a route may see. None of them reaches a browser by itself. */
const responseHeaders = [
  'content-location',
  'etag',
  'last-modified',
  'location',
  'operation-location',
  'preference-applied',
  'retry-after',
] as const
export type ResponseHeader = (typeof responseHeaders)[number]

/** Longer than any address with a token in it that APIs send. */
const maxHeaderLength = 4096

/** Those of the list that came once, in printable ASCII. */
export function headersOf({ headers }: Exchange): Partial<Record<ResponseHeader, string>> {
  const entries = responseHeaders.flatMap((name) => {
    const value = headers[name]
    const isText = typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)
    return isText && value.length <= maxHeaderLength ? [[name, value] as const] : []
  })
  return Object.fromEntries(entries)
}

/** A schema is compiled when it is first used. */
const validators = new WeakMap<TSchema, Validator>()

/** @throws ProblemError `upstream_failed` for an answer that the schema does not describe */
export function throwIfOtherShape(name: string, schema: TSchema, value: unknown): void {
  const validator = validators.get(schema) ?? Compile(schema)
  validators.set(schema, validator)
  if (!validator.Check(value)) throw unexpectedResponse(name, new Error(mismatch(validator, value)))
}

/** Where an answer differs from its schema, for the log: in words of the schema, and none of the answer. */
function mismatch(validator: Validator, value: unknown): string {
  const errors = validator.Errors(sampleOf(value, 0))
  if (errors.length === 0)
    return 'the answer is not as the schema says: a list is too long, or an entry far down is wrong'
  // A choice has an error for each of its alternatives, and then one of its own.
  const error = errors.find(({ schemaPath }) => !schemaPath.includes('/anyOf/')) ?? errors[0]
  const path = error?.schemaPath.slice(1) ?? ''
  const member = path.replaceAll('/properties/', '.').replaceAll('/items', '[]').replace(/^\./, '')
  // A check of the app's own may quote the value in its sentence.
  const rule = error?.keyword === '~refine' ? 'passes no check of its own' : error?.message
  return `the answer is not as the schema says: ${member || 'it'} ${rule ?? ''}`
}

/** Entries of a list, members of an object and levels in which a difference is looked for. */
const explained = { entries: 100, members: 1000, levels: 16 }

/**
 * What an explanation needs of an answer. TypeBox visits each entry to list errors, also after the last one that it lists:
 * for two million numbers in place of texts, in 4 MB, that took most of a second and 700 MB of memory.
 */
function sampleOf(value: unknown, level: number): unknown {
  if (level > explained.levels) return value
  if (Array.isArray(value)) {
    return value.slice(0, explained.entries).map((entry) => sampleOf(entry, level + 1))
  }
  if (!isObject(value)) return value
  const members = Object.entries(value).slice(0, explained.members)
  return Object.fromEntries(members.map(([name, one]) => [name, sampleOf(one, level + 1)]))
}

/** The JSON of a success, checked against a schema if there is one. @throws ProblemError `upstream_failed` */
export function bodyOf(name: string, answer: Exchange, schema: TSchema | undefined): unknown {
  const json = jsonOf(name, answer)
  if (schema) throwIfOtherShape(name, schema, json)
  return json
}

/** The first bytes of a file, by media type. A declared type alone proves nothing. */
const magicBytes: Record<string, readonly number[]> = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
}

export type ImageType = 'image/jpeg' | 'image/png'

/**
 * The image of a success, and its type.
 *
 * @throws ProblemError `upstream_failed` for anything else
 */
export function imageOf(name: string, answer: Exchange): { type: ImageType; bytes: Uint8Array } {
  try {
    assertType(answer, /^image\/(?:jpeg|jpg|png)\s*(?:;|$)/i)
    const found = Object.entries(magicBytes).find(([, magic]) =>
      magic.every((byte, index) => answer.bytes[index] === byte),
    )
    if (!found) throw new Error('the answer is no image')
    return { type: found[0] as ImageType, bytes: answer.bytes }
  } catch (cause) {
    throw unexpectedResponse(name, cause, answer)
  }
}

function assertType({ headers }: Exchange, type: RegExp): void {
  // Not asked for. The size limit counts compressed bytes, so unpacking would have no limit.
  if (headers['content-encoding'] !== undefined) throw new Error('the answer is compressed')
  const given = String(headers['content-type'])
  if (type.test(given)) return
  const isPage = /^text\/html\b/i.test(given)
  throw new Error(
    isPage
      ? 'the answer is a page (text/html): a proxy or another server may have given it'
      : 'the answer has another content-type',
  )
}

export function unexpectedResponse(name: string, cause: unknown, answer?: Exchange): ProblemError {
  const apiRequestId = answer && requestIdIn(answer.headers)
  return apiProblem(name, 'upstream_failed', 'gave an unexpected answer', { cause, apiRequestId })
}
