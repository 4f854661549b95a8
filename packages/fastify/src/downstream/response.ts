/** What an API's answer means for our caller. Nothing of it is passed on but what the contract names. */
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { usableClaims } from '../entra/index.ts'
import { apiProblem, type ProblemError } from '../errors.ts'
import type { Answer } from './http.ts'
import { retryAfterSeconds } from '../retry-after.ts'
import { bearerRefusal, type BearerRefusal } from './www-authenticate.ts'

/** The API did not take the token, or not for this. What to do about it, the caller of the API decides. */
export interface TokenRefused extends BearerRefusal {
  status: 401 | 403
}

/** @returns undefined for an answer that says nothing about the token */
export function tokenRefusal({ status, headers }: Answer): TokenRefused | undefined {
  if (status !== 401 && status !== 403) return undefined
  const { claims, scopes } = bearerRefusal(headers['www-authenticate'])
  // What is no claims request is not passed on to Entra: the answer counts as one without a challenge.
  const usable = usableClaims(claims)
  return { status, ...(usable && { claims: usable }), ...(scopes && { scopes }) }
}

/** @throws ProblemError for every answer that is not 2xx */
export function assertSuccess(name: string, { status, headers }: Answer): void {
  if (status >= 200 && status < 300) return
  const cause = new Error(`${name} answered with status ${status}`)
  if (status === 429 || status === 503) {
    const code = status === 429 ? 'too_many_requests' : 'unavailable'
    const retryAfterS = retryAfterSeconds(headers['retry-after'], Date.now())
    throw apiProblem(name, code, 'is busy', { cause, retryAfterS })
  }
  if (status === 404) {
    throw apiProblem(name, 'not_found', 'has no such thing', { cause })
  }
  if (status === 504) {
    throw apiProblem(name, 'upstream_timeout', 'did not answer in time', {
      cause,
    })
  }
  throw apiProblem(name, 'upstream_failed', 'failed', { cause })
}

/**
 * The JSON of a success; undefined where it has no content.
 *
 * @throws ProblemError `upstream_failed` for anything else
 */
export function jsonOf(name: string, answer: Answer): unknown {
  // A 200 says that it has something; 201, 202 and 204 may have nothing.
  if (answer.status !== 200 && answer.bytes.length === 0) return undefined
  try {
    assertType(answer, /^application\/json\s*(?:;|$)/i)
    return parsed(answer.bytes)
  } catch (cause) {
    throw somethingElse(name, cause)
  }
}

function parsed({ buffer, byteOffset, byteLength }: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'))
  } catch {
    // The parser's own error quotes the text: names and addresses of people, in the log.
    throw new Error('no JSON')
  }
}

/** Schemas are compiled when they are met first. */
const validators = new WeakMap<TSchema, Validator>()

/** @throws ProblemError `upstream_failed` for an answer that the schema does not describe */
export function assertShape(name: string, schema: TSchema, value: unknown): void {
  const validator = validators.get(schema) ?? Compile(schema)
  validators.set(schema, validator)
  if (!validator.Check(value)) throw somethingElse(name, new Error('another shape'))
}

/** What a file's bytes begin with, by media type. A declared type alone proves nothing. */
const beginnings: Record<string, readonly number[]> = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
}

export type ImageType = 'image/jpeg' | 'image/png'

/**
 * The image of a success, and its type.
 *
 * @throws ProblemError `upstream_failed` for anything else
 */
export function imageOf(name: string, answer: Answer): { type: ImageType; bytes: Uint8Array } {
  try {
    assertType(answer, /^image\/(?:jpeg|jpg|png)\s*(?:;|$)/i)
    const found = Object.entries(beginnings).find(([, beginning]) =>
      beginning.every((byte, index) => answer.bytes[index] === byte),
    )
    if (!found) throw new Error('no image')
    return { type: found[0] as ImageType, bytes: answer.bytes }
  } catch (cause) {
    throw somethingElse(name, cause)
  }
}

function assertType({ headers }: Answer, type: RegExp): void {
  // Nobody asked for compression; what is unpacked has no bound by its size on the wire.
  if (headers['content-encoding'] !== undefined) throw new Error('encoded')
  if (!type.test(String(headers['content-type']))) throw new Error('another type')
}

function somethingElse(name: string, cause: unknown): ProblemError {
  return apiProblem(name, 'upstream_failed', 'answered with something else', { cause })
}
