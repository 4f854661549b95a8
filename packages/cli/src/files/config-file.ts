/** Reads and edits `aad.config.json`: single values change, the rest keeps its form. */

import { applyEdits, modify, type JSONPath } from 'jsonc-parser'
import { checkFile, jsonProblem, placeholders, repeatedNames } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'
import { shown } from './folder.ts'
import { readText } from './write.ts'

export interface ConfigValue {
  tenant?: string
  allowedTenants?: '*' | string[]
  clientId?: string
  clientSecret?: string
  clientSecretExpires?: string
  credentials?: unknown[]
  authority?: string
  publicUrl?: string
  scopes?: string[]
  appRoles?: string[]
  downstreamApis?: Record<string, { baseUrl: string; scopes: string[] }>
}

export interface ConfigDocument {
  text: string
  value: ConfigValue
}

/** @throws SetupError if the file does not exist, is no JSON object, or has a key twice or a wrong value of one */
export function readConfig(path: string): ConfigDocument {
  const text = readText(path)
  if (text === undefined) {
    throw new SetupError(
      'files',
      `There is no ${shown(path)}.`,
      'Restore it from the repository: git checkout aad.config.json',
    )
  }
  const value = parsed(path, text)
  // An edit would change the first of two, and the app reads the last.
  const [repeated] = repeatedNames(text)
  const problem = repeated ?? problemOfAsked(value, path)
  if (problem) throw notReadable(`In ${shown(path)}, ${problem.key} ${problem.message}.`)
  return { text, value }
}

/** The keys that say what to register. The commands write the others themselves, whatever they hold. */
const asked = ['scopes', 'appRoles', 'downstreamApis'] as const

function problemOfAsked(value: ConfigValue, path: string) {
  // The check fills in defaults.
  const { problems } = checkFile(structuredClone(value), path)
  return problems.find(({ key }) =>
    asked.some((one) => value[one] !== undefined && `${key}.`.startsWith(`${one}.`)),
  )
}

/** @throws SetupError */
function parsed(path: string, text: string): ConfigValue {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text around the mistake, which may be a secret.
    const place = jsonProblem(text)
    throw notReadable(`${shown(path)} is not valid JSON${place ? `: ${place}` : ''}.`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw notReadable(`${shown(path)} must hold one JSON object.`)
}

function notReadable(sentence: string): SetupError {
  return new SetupError('files', sentence, 'Correct it, then run the command again.')
}

/** One changed value; undefined removes the key. */
export interface ConfigEdit {
  path: JSONPath
  value: unknown
  /** A new key is inserted after this one. */
  after?: string
}

/** Applies the edits and leaves everything else. */
export function editConfig(text: string, edits: readonly ConfigEdit[]): string {
  return edits.reduce(applyOne, text)
}

function applyOne(text: string, { path, value, after }: ConfigEdit): string {
  if (value === undefined && valueAt(JSON.parse(text), path) === undefined) return text
  const edits = modify(text, path, value, {
    formattingOptions: {
      insertSpaces: true,
      tabSize: 2,
      eol: text.includes('\r\n') ? '\r\n' : '\n',
    },
    ...(after && {
      getInsertionIndex: (keys: string[]) =>
        keys.includes(after) ? keys.indexOf(after) + 1 : keys.length,
    }),
  })
  return applyEdits(text, edits)
}

/** The value of a key; undefined if there is none. */
export function valueAt(config: ConfigValue, path: JSONPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    config,
  )
}

/** The text without the secret, to be shown. */
export function withoutSecret(text: string): string {
  const { clientSecret } = JSON.parse(text) as ConfigValue
  if (clientSecret === undefined || clientSecret === placeholders.clientSecret) return text
  return editConfig(text, [{ path: ['clientSecret'], value: '(not shown)' }])
}
