/**
 * `npm run schema -w @gatehouse/fastify`: writes the JSON Schema of aad.config.json, which gives editors
 * completion, and docs/configuration.md.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigFile } from '../src/config/schema.ts'
import { configurationText, documentPath } from './configuration-doc.ts'

/** The schema as in docs/. */
export function schemaText(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Gatehouse: aad.config.json',
    ...ConfigFile,
  }
  return `${JSON.stringify(schema, requiredWithoutDefault, 2)}\n`
}

interface ObjectSchema {
  required?: string[]
  properties: Record<string, { default?: unknown }>
}

/** The back end fills in the defaults before it checks, so its schema requires every key that has one. */
function requiredWithoutDefault(this: ObjectSchema, key: string, value: unknown): unknown {
  if (key !== 'required' || !Array.isArray(value)) return value
  const left = this.required?.filter((name) => this.properties[name]?.default === undefined) ?? []
  return left.length > 0 ? left : undefined
}

export const schemaPath = join(import.meta.dirname, '../../../docs/aad.config.schema.json')

if (import.meta.main) {
  writeFileSync(schemaPath, schemaText())
  writeFileSync(documentPath, configurationText())
}
