/** Reads `tenant.json` and checks it: every mistake of its form is reported at once, and then every other one, each with its key. */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { TSchema } from 'typebox'
import { ruleProblems } from './rules.ts'
import { schemaProblems, type ConfigProblem } from './schema-problems.ts'
import { ConfigFile } from './schema.ts'

/** The configuration cannot be used. The message has a line for each key, and no value. */
export class ConfigError extends Error {
  readonly code = 'config_invalid'
  readonly problems: readonly ConfigProblem[]

  constructor(name: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ key, message }) => `  ${key} ${message}.`)
    super(`${name} cannot be used:\n${lines.join('\n').replaceAll('?.', '?')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * @param path of the file; paths in it are relative to it
 * @throws ConfigError
 */
export function loadConfig(path: string): ConfigFile {
  const config = checkConfig(parse(path), path)
  if (config.state === undefined) return config
  return { ...config, state: resolve(dirname(path), config.state) }
}

/**
 * @param name of the configuration in the message
 * @throws ConfigError
 */
export function checkConfig(value: unknown, name = 'The configuration'): ConfigFile {
  checkBy(ConfigFile, value, name)
  // It has just been checked.
  return value as ConfigFile
}

/**
 * @param schema of `tenant.json`, or one that has its keys and others
 * @throws ConfigError
 */
export function checkBy(schema: TSchema, value: unknown, name: string): void {
  const wrongKeys = schemaProblems(schema, value)
  if (wrongKeys.length > 0) throw new ConfigError(name, wrongKeys)
  const broken = ruleProblems(value as ConfigFile)
  if (broken.length > 0) throw new ConfigError(name, broken)
}

function parse(path: string): unknown {
  const text = read(path)
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text around the mistake, which may be a secret.
    throw new ConfigError(path, [{ key: `line ${mistakenLine(text)}`, message: 'is not JSON' }])
  }
}

const unreadable: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'cannot be read as text in UTF-8',
}

function read(path: string): string {
  try {
    // Some editors begin UTF-8 with a byte-order mark, which the decoder drops.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new ConfigError(path, [
      { key: 'the file', message: unreadable[code] ?? `cannot be read (${code})` },
    ])
  }
}

const token =
  /\s*(?:[{}[\]:]|,(?!\s*[}\]])|"(?:[^"\\\p{Cc}]|\\["\\/bfnrtu])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b)/uy

/** The line of the first text that is no token of JSON, of a comma too many, or else the last line. */
function mistakenLine(text: string): number {
  token.lastIndex = 0
  let end = 0
  while (token.test(text)) end = token.lastIndex
  const rest = text.slice(end)
  const before = text.slice(0, end + (rest.length - rest.trimStart().length))
  return (rest.trim() === '' ? text.trimEnd() : before).split('\n').length
}
