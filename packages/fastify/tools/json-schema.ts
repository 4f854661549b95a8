/** `npm run schema -w bff`: writes the JSON Schema of aad.config.json, which gives editors completion. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigFile, expectation } from '../src/config/schema.ts'

/** The schema as it stands in docs/, with a sentence for each key. */
export function schemaText(): string {
  const properties = Object.entries(ConfigFile.properties).map(([key, schema]) => [
    key,
    { ...schema, ...(expectation[key] && { description: expectation[key] }) },
  ])
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Gatehouse: aad.config.json',
    ...ConfigFile,
    properties: Object.fromEntries(properties) as Record<string, unknown>,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

export const schemaPath = join(import.meta.dirname, '../../../docs/aad.config.schema.json')

if (import.meta.main) writeFileSync(schemaPath, schemaText())
