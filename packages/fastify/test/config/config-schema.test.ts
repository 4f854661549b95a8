import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { schemaPath, schemaText } from '../../tools/json-schema.ts'

it('docs/aad.config.schema.json is what the back end checks (npm run schema -w bff)', () => {
  const written: unknown = JSON.parse(readFileSync(schemaPath, 'utf8'))
  expect(written).toEqual(JSON.parse(schemaText()))
})
