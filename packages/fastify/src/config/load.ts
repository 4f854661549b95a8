/** Reads `aad.config.json`, puts the environment's overrides over it, and checks it against its schema. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TSchema, Type } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { ConfigError, type ConfigProblem } from './errors.ts'
import type { Environment } from './environment.ts'
import { isObject } from '../json.ts'
import { type DecodedText, decodeText, jsonProblem, repeatedNames } from './json-text.ts'
import { ConfigFile } from './schema.ts'

/** @throws ConfigError naming the file if it cannot be read or parsed, or has a key twice */
export function readJson(path: string): unknown {
  const { text, problem } = readText(path)
  if (problem !== undefined) throw new ConfigError([{ key: path, message: `the file ${problem}` }])
  const content = parsed(path, text)
  // JSON.parse takes the last one, so a change to the first would do nothing.
  const repeated = repeatedNames(text)
  if (repeated.length > 0) throw new ConfigError(repeated)
  return content
}

function parsed(path: string, text: string): unknown {
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
    return { problem: unreadable[code] ?? `cannot be read (${code})` }
  }
}

/** By Node's code, to complete "the file …". */
const unreadable: Record<string, string> = {
  ENOENT: 'does not exist (ENOENT); restore it, or name another one in AAD_CONFIG',
  EISDIR: 'is a folder (EISDIR); name a file in AAD_CONFIG',
  EACCES: 'cannot be read by the user of this process (EACCES); change its owner or its mode',
}

/** The variables that replace keys of the file. */
const replacing = {
  tenant: 'AAD_TENANT',
  clientId: 'AAD_CLIENT_ID',
  clientSecret: 'AAD_CLIENT_SECRET',
  authority: 'AAD_AUTHORITY',
  publicUrl: 'PUBLIC_URL',
} as const

/**
 * What is wrong with a value of the environment names its variable: the file may be right.
 *
 * @param env with the content of files that variables name
 */
export function namingVariables(
  problems: readonly ConfigProblem[],
  env: Environment,
): ConfigProblem[] {
  const names = new Map<string, string>()
  for (const [key, variable] of Object.entries(replacing)) {
    if (!env[variable]) continue
    const isFile = key === 'clientSecret' && env.AAD_CLIENT_SECRET_FILE !== undefined
    names.set(key, isFile ? 'AAD_CLIENT_SECRET_FILE' : variable)
  }
  if (env.GRAPH_BASE_URL) names.set('downstreamApis.graph.baseUrl', 'GRAPH_BASE_URL')
  return problems.map(({ key, message }) => ({ key: names.get(key) ?? key, message }))
}

/** Puts the environment's overrides over the file's values, before any check. */
export function applyEnvironment(file: unknown, env: Environment): unknown {
  if (!isObject(file)) return file
  const merged: Record<string, unknown> = { ...file }
  for (const [key, variable] of Object.entries(replacing)) {
    if (env[variable]) merged[key] = env[variable]
  }
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

/**
 * Fills in the defaults, and checks every key by itself.
 *
 * @param path of the file, for what is wrong with it as a whole
 */
export function checkFile(content: unknown, path: string): CheckedFile {
  const file = Value.Default(ConfigFile, content)
  const found = new Map<string, string>()
  for (const error of Value.Errors(ConfigFile, file)) {
    const key = errorPath(error.instancePath)
    if (error.keyword === 'additionalProperties') continue
    if (error.keyword === 'propertyNames') {
      for (const name of error.params.propertyNames) refuseName(found, `${key}.${name}`)
      continue
    }
    if (error.keyword === 'required' && !isCredential(key)) {
      for (const missing of error.params.requiredProperties) {
        const full = key ? `${key}.${missing}` : missing
        found.set(full, `is missing; it takes ${descriptionOf(full)}`)
      }
      continue
    }
    if (!found.has(key)) found.set(key, sentenceFor(key, error, file))
  }
  const problems = [...found].map(([key, message]) => ({ key: key || path, message }))
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

function sentenceFor(
  key: string,
  { keyword, message, instancePath }: TLocalizedValidationError,
  file: unknown,
): string {
  if (keyword === '~refine') return message
  if (keyword === 'boolean' && !isCredential(key)) {
    const near = similarKey(key)
    return `is not a key of aad.config.json (${near ? `did you mean ${near}?` : 'misspelt?'})`
  }
  if (key === '') return 'the file must hold one JSON object'
  if (keyword === 'uniqueItems') return 'has an entry twice; keep one of them'
  // The description is that of the list, and no entry takes a list.
  const [, list] = /^(.+)\.\d+$/.exec(key) ?? []
  if (list !== undefined) return `does not fit: ${list} takes ${descriptionOf(list)}`
  const hint = valueHint(key, Value.Pointer.Get(file, instancePath))
  return `takes ${descriptionOf(key)}${hint ? `; ${hint}` : ''}`
}

/** Other values of `tenant` in Microsoft's samples. */
const tenantHints: Record<string, string> = {
  common:
    '"common" would let in personal accounts, which cannot sign in here: write "organizations", with allowedTenants',
  consumers: 'personal accounts, which "consumers" stands for, cannot sign in here',
}

/** What people overlook in a value that is not taken. It quotes nothing but words of Microsoft's. */
function valueHint(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value !== value.trim()) return 'remove the blanks before and after it'
  if (key !== 'tenant') return undefined
  if (value.includes('.'))
    return 'the id stands beside the domain name, on the overview page of Entra'
  return Object.hasOwn(tenantHints, value) ? tenantHints[value] : undefined
}

/** The key of the same object that a misspelt one is closest to, such as `tenant` for `tenantId`. */
function similarKey(key: string): string | undefined {
  const parent = schemaAt(key.split('.').slice(0, -1))
  const name = key.split('.').at(-1)?.toLowerCase() ?? ''
  if (!Type.IsObject(parent) || name.length < 4) return undefined
  return Object.keys(parent.properties).find((other) => {
    const known = other.toLowerCase()
    return known.startsWith(name) || name.startsWith(known) || editDistance(name, known) <= 2
  })
}

/** How many letters differ, are missing or too many (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [at, letter] of Array.from(one).entries()) {
    const next = [at + 1]
    for (const [index, known] of Array.from(other).entries()) {
      const kept = (row[index] ?? 0) + (letter === known ? 0 : 1)
      next.push(Math.min(kept, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The description of a key; of a part without one, that of the list or object it is in. */
function descriptionOf(key: string): string {
  const parts = key.split('.')
  for (const [left] of parts.entries()) {
    const schema = schemaAt(parts.slice(0, parts.length - left))
    if (schema && 'description' in schema) return String(schema.description)
  }
  return 'another value'
}

/** The schema of a key; undefined for a part of a list and of what has no schema. */
function schemaAt(parts: readonly string[]): TSchema | undefined {
  let schema: TSchema | undefined = ConfigFile
  for (const part of parts) {
    if (Type.IsObject(schema)) schema = schema.properties[part]
    else if (Type.IsRecord(schema)) schema = Object.values(schema.patternProperties)[0]
    else return undefined
  }
  return schema
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
