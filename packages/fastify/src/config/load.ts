import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { ConfigError, type ConfigProblem } from './errors.ts'
import {
  ConfigFile,
  Environment,
  expectation,
  pickEnvironment,
  placeholders,
  removedVariables,
  variableTakes,
} from './schema.ts'

/** The text of a JSON file as a value. @throws ConfigError naming the file where it cannot be read or parsed */
export function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new ConfigError([{ key: path, message: `the file cannot be read (${code})` }])
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes the text around the mistake, which may be the secret.
    const position = /position (\d+)/.exec(String(error))?.[1]
    const line = position ? text.slice(0, Number(position)).split('\n').length : undefined
    const where = line ? `, near line ${line}` : ''
    throw new ConfigError([{ key: path, message: `the file is not valid JSON${where}` }])
  }
}

/** Lays the environment's overrides over the file's value, before anything is judged. */
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

// The library stops after eight mistakes; whoever fixes a file wants to see all of them.
Settings.Set({ maxErrors: 200 })

/** Every way in which `value` differs from the file's schema: one problem per key, in the file's order. */
export function schemaProblems(value: unknown): ConfigProblem[] {
  const found = new Map<string, string>()
  for (const error of Value.Errors(ConfigFile, value)) {
    const path = errorPath(error.instancePath)
    if (error.keyword === 'additionalProperties') continue
    if (error.keyword === 'required' && !isCredential(path)) {
      for (const missing of error.params.requiredProperties) {
        const key = path ? `${path}.${missing}` : missing
        found.set(key, `is missing; it takes ${expectationFor(key)}`)
      }
      continue
    }
    if (!found.has(path)) found.set(path, sentenceFor(path, error.keyword))
  }
  return [...found].map(([key, message]) => ({ key: key || 'the file', message }))
}

/** Of a credential that is none of four kinds, each kind says something else: once, for all of it. */
function errorPath(pointer: string): string {
  const path = pointer.split('/').slice(1).join('.')
  return /^credentials\.\d+/.exec(path)?.[0] ?? path
}

function isCredential(path: string): boolean {
  return path.startsWith('credentials.')
}

function sentenceFor(path: string, keyword: string): string {
  if (keyword === 'boolean' && !isCredential(path))
    return 'is not a key of aad.config.json (misspelt?)'
  if (!path) return 'must hold one JSON object'
  return `takes ${expectationFor(path)}`
}

function expectationFor(path: string): string {
  const generic = path.replace(/^downstreamApis\.[^.]+/, 'downstreamApis.*').replace(/\.\d+$/, '')
  return expectation[generic] ?? expectation[generic.split('.')[0] ?? ''] ?? 'another value'
}

/** Which of the three placeholders are still there. */
export function intactPlaceholders(file: Partial<ConfigFile>): (keyof typeof placeholders)[] {
  const keys = Object.keys(placeholders) as (keyof typeof placeholders)[]
  return keys.filter((key) => file[key] === placeholders[key])
}

/** The environment, converted to its types, and a problem for each variable that is not as it must be. */
export function readEnvironment(env: NodeJS.ProcessEnv): {
  environment: Environment
  problems: ConfigProblem[]
} {
  const picked = pickEnvironment(env)
  const wrong = [...Value.Errors(Environment, picked)].map((error) => error.instancePath.slice(1))
  const problems = [...new Set(wrong)].map((key) => ({
    key,
    message: `takes ${variableTakes[key] ?? 'another value'}`,
  }))
  const removed = Object.entries(removedVariables)
    .filter(([key]) => env[key]?.trim())
    .map(([key, message]) => ({ key, message }))
  return { environment: picked, problems: [...problems, ...removed] }
}

/**
 * The project's root for commands: the next folder upwards that has `aad.config.json`.
 *
 * @returns the folder that the search started in, if none has
 */
export function findProjectRoot(from: string = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'aad.config.json'))) return folder
    if (folder === dirname(folder)) return from
  }
}
