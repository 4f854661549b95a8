/**
 * `npm run schema -w @gatehouse/tenant`: writes the JSON Schema of tenant.json, which gives editors completion, and
 * CONFIGURATION.md, from the descriptions in `src/config`.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationText } from './configuration-doc.ts'
import { ConfigFile } from '../src/config/schema.ts'

export const schemaPath = join(import.meta.dirname, '../src/config/tenant.schema.json')
export const documentPath = join(import.meta.dirname, '../CONFIGURATION.md')

/** The schema as in the package. */
export function schemaText(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'tenant.json of @gatehouse/tenant',
    ...ConfigFile,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

if (import.meta.main) {
  writeFileSync(schemaPath, schemaText())
  writeFileSync(documentPath, configurationText())
}
