import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBearerChallenge, parseChallenges } from '../../src/downstream/www-authenticate.ts'
import { mutateText, propertyRuns } from '@gatehouse/test-support/properties'

const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
const real = [
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
  `error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`,
].join(', ')

const name = fc.stringMatching(/^[a-z][a-z0-9!#$%&'*+.^_`|~-]{0,8}$/)
const space = fc.constantFrom('', ' ', '\t', '  \t ')
/** A parameter, how it is written, and its value. */
const parameter = fc.record({
  name,
  value: fc.oneof(name, fc.string({ unit: 'binary-ascii', maxLength: 20 })),
  before: space,
  after: space,
  escaped: fc.boolean(),
})
const challenge = fc.oneof(
  fc.record({
    scheme: name,
    parameters: fc.uniqueArray(parameter, { selector: (one) => one.name, maxLength: 4 }),
  }),
  fc.record({ scheme: name, token68: fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,12}={0,2}$/) }),
)
type Challenge = typeof challenge extends fc.Arbitrary<infer One> ? One : never

function spelled(one: Challenge): string {
  if ('token68' in one) return `${one.scheme} ${one.token68}`
  const parameters = one.parameters.map(
    ({ name: key, value, before, after, escaped }) =>
      `${key}${before}=${after}${isToken(value) && !escaped ? value : quoted(value, escaped)}`,
  )
  return `${one.scheme} ${parameters.join(' ,')}`
}

function isToken(text: string): boolean {
  return /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(text)
}

/** Escapes only what it must, or every character. */
function quoted(text: string, everything: boolean): string {
  return `"${text.replace(everything ? /[\s\S]/g : /["\\]/g, String.raw`\$&`)}"`
}

function meant(one: Challenge) {
  const parameters = 'token68' in one ? [] : one.parameters
  return {
    scheme: one.scheme,
    parameters: new Map(parameters.map(({ name: key, value }) => [key, value])),
  }
}

describe('any WWW-Authenticate header', () => {
  it('is parsed without an error, into no more text than the header has', () => {
    const piece = fc.constantFrom('Bearer', ' ', ',', '=', '"', '\\', 'claims', 'error', 'e30=')
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
      fc.array(fc.string({ unit: 'binary-ascii' }), { maxLength: 5 }),
      mutateText(real, ' ,="\\Aa1{'),
    )
    fc.assert(
      fc.property(header, (value) => {
        const text = [value].flat().join(', ')
        const read = parseChallenges(value)
        const all = read.flatMap(({ scheme, parameters }) => [scheme, ...[...parameters].flat()])
        expect(all.join('').length).toBeLessThanOrEqual(text.length)
        expect(JSON.stringify(readBearerChallenge(value)).length).toBeLessThan(
          2 * text.length + 100,
        )
      }),
      propertyRuns(2000),
    )
  })

  it('a well-formed list is parsed correctly, in one field or in several', () => {
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 5 }), fc.boolean(), (list, together) => {
        const fields = list.map(spelled)
        expect(parseChallenges(together ? fields.join(', ') : fields)).toEqual(list.map(meant))
      }),
      propertyRuns(2000),
    )
  })

  it('a changed challenge yields the same claims, other claims, or none', () => {
    expect(readBearerChallenge(real)).toEqual({ claims })
    const seen = new Set<string>()
    fc.assert(
      fc.property(mutateText(real, ' ,="\\Aa1{'), (header) => {
        const refusal = readBearerChallenge(header)
        expect(Object.keys(refusal).filter((key) => key !== 'claims')).toEqual([])
        // An inserted backslash may be an escape.
        const isAsked = header.replaceAll('\\', '').includes('insufficient_claims')
        expect(refusal.claims === undefined || isAsked).toBe(true)
        seen.add(refusal.claims === claims ? 'same' : refusal.claims ? 'other' : 'nothing')
      }),
      propertyRuns(2000),
    )
    expect(seen).toEqual(new Set(['same', 'other', 'nothing']))
  })
})

describe('a WWW-Authenticate header that is made to be slow to parse', () => {
  const size = 8000
  /** Each fills the longest header that is accepted, so that more than linear time shows. */
  it.each([
    ['a token that never ends', (n: number) => `Bearer ${'a'.repeat(n)}"`],
    ['space', (n: number) => `Bearer${' '.repeat(n)}"`],
    ['commas and space', (n: number) => `Bearer a=1${' ,'.repeat(n / 2)}"`],
    ['schemes', (n: number) => 'a '.repeat(n / 2)],
    ['schemes with token68', (n: number) => 'a b=,'.repeat(n / 5)],
    ['a quoted string that never ends', (n: number) => `Bearer a="${'\\"'.repeat(n / 2)}`],
    ['quotes', (n: number) => `Bearer a=${'"'.repeat(n)}`],
    ['parameters', (n: number) => `Bearer ${'a=1,'.repeat(n / 4)}`],
    ['names of a parameter', (n: number) => `Bearer ${'a,'.repeat(n / 2)}`],
  ])('is parsed in linear time: %s', (_what, made) => {
    // For four times the length, linear time is four times as long, and quadratic time sixteen times.
    const [short, long] = [fastest(made(size / 4)), fastest(made(size))]
    expect(long).toBeLessThan(Math.max(10 * short, 2))
  })

  it('is not parsed if it is longer than any real one', () => {
    expect(parseChallenges(`Bearer ${'a=1, '.repeat(20_000)}`)).toEqual([])
    expect(parseChallenges(Array<string>(5000).fill('Bearer a=1'))).toEqual([])
  })
})

/** The fastest of many runs, ms, so that a busy machine does not count. */
function fastest(header: string): number {
  const times = Array.from({ length: 30 }, () => {
    const began = performance.now()
    parseChallenges(header)
    return performance.now() - began
  })
  return Math.min(...times)
}
