/** Reads `aad.config.json`, puts the environment's overrides over it, and checks it against its schema. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TSchema, Type } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { ConfigError, type ConfigProblem } from './errors.ts'
import type { Environment } from './environment.ts'
import { type DecodedText, decodeText, jsonProblem } from './json-text.ts'
import { ConfigFile } from './schema.ts'

/** @throws ConfigError naming the file if it cannot be read or parsed */
export function readJson(path: string): unknown {
  const { text, problem } = readText(path)
  if (problem !== undefined) throw new ConfigError([{ key: path, message: `the file ${problem}` }])
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text around the error, which may be the secret.
    const place = jsonProblem(text)
    const message = `the file is not valid JSON${place ? `: ${place}` : ''}`
    throw new ConfigError([{ key: path, message }])
  }
}

function readText(path: string): DecodedText {
  try {
    return decodeText(readFileSync(path))
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return { problem: `cannot be read (${code})` }
  }
}

/** Puts the environment's overrides over the file's values, before any check. */
export function applyEnvironment(file: unknown, env: Environment): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file
  const merged: Record<string, unknown> = { ...file }
  const overrides = {
    tenant: env.AAD_TENANT,
    clientId: env.AAD_CLIENT_ID,
    clientSecret: env.AAD_CLIENT_SECRET,
    authority: env.AAD_AUTHORITY,
    publicUrl: env.PUBLIC_URL,
  }
  for (const [key, value] of Object.entries(overrides)) if (value) merged[key] = value
  if (env.GRAPH_BASE_URL) {
    const apis = merged['downstreamApis'] as Record<string, object> | undefined
    merged['downstreamApis'] = {
      ...apis,
      graph: { scopes: merged['scopes'], ...apis?.['graph'], baseUrl: env.GRAPH_BASE_URL },
    }
  }
  return merged
}

// The library stops after eight errors by default. Here all of them are reported at once.
Settings.Set({ maxErrors: 200 })

export interface CheckedFile {
  /** With its defaults. Only keys without a problem have the type that they should. */
  file: ConfigFile
  /** One per wrong key, in the file's order. */
  problems: ConfigProblem[]
}

/** Fills in the defaults, and checks every key by itself. */
export function checkFile(content: unknown): CheckedFile {
  const file = Value.Default(ConfigFile, content)
  const found = new Map<string, string>()
  for (const error of Value.Errors(ConfigFile, file)) {
    const path = errorPath(error.instancePath)
    if (error.keyword === 'additionalProperties') continue
    if (error.keyword === 'propertyNames') {
      for (const name of error.params.propertyNames) refuseName(found, `${path}.${name}`)
      continue
    }
    if (error.keyword === 'required' && !isCredential(path)) {
      for (const missing of error.params.requiredProperties) {
        const key = path ? `${path}.${missing}` : missing
        found.set(key, `is missing; it takes ${descriptionOf(key)}`)
      }
      continue
    }
    if (!found.has(path)) found.set(path, sentenceFor(path, error))
  }
  const problems = [...found].map(([key, message]) => ({ key: key || 'the file', message }))
  return { file: file as ConfigFile, problems }
}

/** What is wrong beneath a key that may not be there says nothing more. */
function refuseName(found: Map<string, string>, key: string): void {
  for (const other of found.keys()) if (other.startsWith(`${key}.`)) found.delete(other)
  found.set(
    key,
    'takes a name of letters and digits that begins with a small letter, such as graph',
  )
}

/** A credential of no known kind has an error for each kind: they count as one. */
function errorPath(pointer: string): string {
  const path = pointer.split('/').slice(1).join('.')
  return /^credentials\.\d+/.exec(path)?.[0] ?? path
}

function isCredential(path: string): boolean {
  return path.startsWith('credentials.')
}

function sentenceFor(path: string, { keyword, message }: TLocalizedValidationError): string {
  if (keyword === '~refine') return message
  if (keyword === 'boolean' && !isCredential(path)) {
    return 'is not a key of aad.config.json (misspelt?)'
  }
  return path ? `takes ${descriptionOf(path)}` : 'must hold one JSON object'
}

/** The description of a key; of a part without one, that of the list or object it is in. */
function descriptionOf(path: string): string {
  let schema: TSchema | undefined = ConfigFile
  let nearest = 'another value'
  for (const part of path.split('.')) {
    if (Type.IsObject(schema)) schema = schema.properties[part]
    else if (Type.IsRecord(schema)) schema = Object.values(schema.patternProperties)[0]
    else break
    if (schema && 'description' in schema) nearest = String(schema.description)
  }
  return nearest
}

/**
 * The project's root for commands: the nearest folder upwards with `aad.config.json`.
 *
 * @returns the folder that the search started in, if there is none
 */
export function findProjectRoot(from: string = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'aad.config.json'))) return folder
    if (folder === dirname(folder)) return from
  }
}
