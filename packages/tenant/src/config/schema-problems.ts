/** What is wrong with a value, by a schema whose parts describe what they take: one sentence for each key. */

import type { TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { closeNames } from './close-names.ts'

/** One key that is wrong. The sentence completes "`key` …" and never quotes the value, which may be a secret. */
export interface ConfigProblem {
  /** `clients[0].web.redirectUris[1]` */
  key: string
  message: string
}

interface Described {
  description?: string
  properties?: Record<string, TSchema>
  items?: TSchema
}

// The library stops after eight errors by default. Here all of them are reported at once.
Settings.Set({ maxErrors: 1_000 })

/** Every key that the schema refuses, in the order of the value. Empty: the value fits the schema. */
export function schemaProblems(schema: TSchema, value: unknown): ConfigProblem[] {
  if (Value.Check(schema, value)) return []
  const found = new Map<string, string>()
  for (const error of Value.Errors(schema, value)) {
    const path = error.instancePath.split('/').slice(1).map(unescaped)
    if (error.keyword === 'additionalProperties') {
      for (const name of error.params.additionalProperties) {
        found.set(keyOf([...path, name]), unknownKey(schema, path, name))
      }
    } else if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        const takes = partAt(schema, [...path, name])?.description ?? 'a value'
        found.set(keyOf([...path, name]), `is missing; it takes ${takes}`)
      }
    } else if (error.keyword !== 'boolean') {
      const takes = partAt(schema, path)?.description ?? 'another value'
      const known = found.get(keyOf(path))
      if (error.keyword === 'uniqueItems') found.set(keyOf(path), 'has an entry twice')
      else if (known === undefined) found.set(keyOf(path), `takes ${takes}`)
    }
  }
  return [...found].map(([key, message]) => ({ key, message }))
}

function unknownKey(schema: TSchema, path: readonly string[], name: string): string {
  const properties = partAt(schema, path)?.properties ?? {}
  const known = Object.keys(properties)
  // One level too high: `redirectUris` beside `web`.
  const deeper = known.filter((key) => partAt(schema, [...path, key])?.properties?.[name])
  if (deeper.length > 0) {
    const all = deeper.map((key) => `${key}.${name}`).join(' or ')
    return `is not a key here; did you mean ${all}?`
  }
  const [close] = closeNames(name, known)
  if (close !== undefined) return `is not a key here; did you mean ${close}?`
  const all = known.length === 0 ? '' : `; there are ${known.join(', ')}`
  return `is not a key here${all}`
}

/** The part of a schema that describes the value at a path. */
function partAt(schema: TSchema, path: readonly string[]): Described | undefined {
  return path.reduce<Described | undefined>(
    (part, name) => (/^\d+$/.test(name) ? part?.items : part?.properties?.[name]),
    schema,
  )
}

/** `clients[0].web` */
export function keyOf(path: readonly string[]): string {
  const key = path.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join('')
  return key.replace(/^\./, '') || 'the whole'
}

/** RFC 6901 section 4. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
