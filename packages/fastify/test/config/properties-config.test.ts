import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import { ConfigFile } from '../../src/config/schema.ts'
import { load, ownTenant, refusedKeys } from '../support/config-folder.ts'
import { mutateText } from '@gatehouse/test-support/mutate-text'
import { propertyRuns } from '@gatehouse/test-support/property-runs'

/** Enough of the secret to be of use to somebody who reads it in a log. */
const secretParts = ['Zx8~Q', 'own-tenant', 'secret_0123']

/** What becomes of it at boot: a frozen configuration, a refusal that shows no secret, or what else went wrong. */
function outcome(file: unknown, env: Record<string, string> = {}): string {
  try {
    return Object.isFrozen(load(file, env)) ? 'boots' : 'boots, and is not frozen'
  } catch (error) {
    if (!(error instanceof ConfigError)) return `throws ${String(error)}`
    const shown = secretParts.filter((part) => error.message.includes(part))
    if (shown.length > 0) return `shows the secret: ${error.message}`
    return error.problems.length > 0 ? 'is refused' : 'is refused for nothing'
  }
}

const asItShould = ['boots', 'is refused']

const value = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(ownTenant.clientSecret, [ownTenant.clientSecret]) },
  { weight: 1, arbitrary: fc.constantFrom({ toString: 1, valueOf: 1 }, { length: 1e9 }, '', -0) },
)
const someKeys = fc.dictionary(fc.constantFrom(...Object.keys(ConfigFile.properties)), value, {
  maxKeys: 4,
})

describe('any aad.config.json', () => {
  it('has each key accepted, or refused by name', () => {
    fc.assert(
      fc.property(someKeys, fc.constantFrom('development', 'production'), (keys, mode) => {
        expect(asItShould).toContain(outcome({ ...ownTenant, ...keys }, { NODE_ENV: mode }))
      }),
      propertyRuns(300),
    )
  })

  it('is overridden by the environment', () => {
    const env = {
      AAD_CLIENT_SECRET: ownTenant.clientSecret,
      GRAPH_BASE_URL: 'https://graph.example.test/v1.0',
    }
    fc.assert(
      fc.property(fc.oneof(someKeys, fc.jsonValue()), (file) => {
        expect(asItShould).toContain(outcome(file, env))
      }),
      propertyRuns(200),
    )
  })

  it('is refused and not quoted if it is not JSON', () => {
    const text = JSON.stringify(ownTenant, null, 2)
    fc.assert(
      fc.property(mutateText(text, '{}[]",:\\ x'), (changed) => {
        expect(asItShould).toContain(outcome(changed))
      }),
      propertyRuns(200),
    )
  })

  it.each([
    [{ clientSecret: { toString: 1 } }, ['clientSecret']],
    [{ downstreamApis: { '': null } }, ['downstreamApis.']],
    [{ downstreamApis: { Graph: { baseUrl: 5 } } }, ['downstreamApis.Graph']],
  ])('with %j is refused by name', (keys, refused) => {
    expect(refusedKeys({ ...ownTenant, ...keys })).toEqual(refused)
  })
})
