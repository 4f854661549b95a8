import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Environment } from '../../src/config/environment.ts'
import { ConfigFile } from '../../src/config/schema.ts'
import { load, ownTenant, refusalOf, refusedKeys } from '../support/config-folder.ts'
import { configurationText, documentPath } from '../../tools/configuration-doc.ts'
import { schemaPath, schemaText } from '../../tools/json-schema.ts'

it('docs/aad.config.schema.json is what the back end checks (npm run schema -w @gatehouse/fastify)', () => {
  const written: unknown = JSON.parse(readFileSync(schemaPath, 'utf8'))
  expect(written).toEqual(JSON.parse(schemaText()))
})

describe('docs/configuration.md', () => {
  /** The formatter may pad the cells of a table. */
  const words = (text: string) => text.replaceAll(/-{3,}/g, '---').replaceAll(/ +/g, ' ')

  it('is what the back end checks (npm run schema -w @gatehouse/fastify)', () => {
    expect(words(readFileSync(documentPath, 'utf8'))).toBe(words(configurationText()))
  })

  it('says what every variable is for', () => {
    const variables = Object.entries(Environment.properties)
    expect(variables.length).toBeGreaterThan(20)
    const unexplained = variables.filter(([, schema]) => !('title' in schema))
    expect(unexplained.map(([name]) => name)).toEqual([])
  })
})

it.each(Object.entries(ConfigFile.properties).filter(([key]) => key !== '$schema'))(
  'a wrong %s is refused with what the key takes',
  (key, schema) => {
    const { problems } = refusalOf({ ...ownTenant, [key]: 5 })
    const { description } = schema as { description?: string }
    expect(description).toBeDefined()
    expect(problems).toContainEqual({ key, message: `takes ${description}` })
  },
)

const ofDevices = { deviceBound: 'when-supported', deviceProofMs: 300_000, suspectedTheft: 'log' }

it('keys that may be left out have their defaults', () => {
  const { session, rateLimits } = load(ownTenant)
  expect(session).toEqual({
    idleMs: 60 * 60_000,
    absoluteMs: 12 * 60 * 60_000,
    persistent: false,
    ...ofDevices,
  })
  expect(rateLimits).toEqual({ perAddress: 600, perSession: 1200 })
  expect(load({ ...ownTenant, session: { idleMinutes: 5 } }).session).toEqual({
    idleMs: 5 * 60_000,
    absoluteMs: 12 * 60 * 60_000,
    persistent: false,
    ...ofDevices,
  })
})

it('sessions are bound to their devices on https alone', () => {
  const bound = (deviceBound: string | undefined, publicUrl: string) =>
    load({ ...ownTenant, publicUrl, session: { deviceBound } }).session.deviceBound
  for (const value of ['off', 'required', 'when-supported']) {
    expect(bound(value, 'https://app.example.test')).toBe(value)
  }
  expect(bound('when-supported', 'http://localhost:5173')).toBe('off')
  expect(() => bound('required', 'http://localhost:5173')).toThrow(
    'cannot be "required" where publicUrl is http',
  )
})

it('a wrong key hides no problem of other keys', () => {
  const file = { ...ownTenant, tenant: 5, session: { idleMinutes: 61, absoluteMinutes: 60 } }
  expect(refusedKeys(file)).toEqual(['tenant', 'session.idleMinutes'])
})

function withOrdersNamed(displayName: unknown) {
  const orders = {
    displayName,
    baseUrl: 'https://orders.example.test',
    scopes: ['api://orders/Read'],
  }
  return { ...ownTenant, downstreamApis: { ...ownTenant.downstreamApis, orders } }
}

it.each(['a'.repeat(60), 'Заказы'])('an API may have the display name %s', (name) => {
  expect(load(withOrdersNamed(name)).downstreamApis['orders']?.displayName).toBe(name)
})

it.each([
  ['', 'takes what people call this API'],
  ['a'.repeat(61), 'takes what people call this API'],
  [5, 'takes what people call this API'],
  [' ', 'holds characters that are not seen'],
  ['Orders\u0007', 'holds characters that are not seen'],
  ['\u202EsredrO', 'holds characters that are not seen'],
])('an API cannot have the display name %j', (name, sentence) => {
  const { message } = refusalOf(withOrdersNamed(name))
  expect(message).toContain(`downstreamApis.orders.displayName: ${sentence}`)
})

const withFileOrigins = (fileOrigins: unknown) => {
  const graph = { ...ownTenant.downstreamApis.graph, fileOrigins }
  return { ...ownTenant, downstreamApis: { graph } }
}

it.each(['https://contoso-my.sharepoint.com', 'https://files.test:8443/', 'http://127.0.0.1:5175'])(
  'files of an API can be on another server: %s',
  (origin) => {
    expect(load(withFileOrigins([origin])).downstreamApis['graph']?.fileOrigins).toEqual([origin])
  },
)

it.each([
  ['http://files.test', 'must be https'],
  ['https://*.sharepoint.com/files', 'leave out path'],
  ['https://user:secret@files.test', 'credentials'],
  ['files.test', 'is not an address'],
])('a server of files is refused with a sentence: %s', (origin, sentence) => {
  const { message } = refusalOf(withFileOrigins([origin]))
  expect(message).toContain('downstreamApis.graph.fileOrigins')
  expect(message).toContain(sentence)
})
