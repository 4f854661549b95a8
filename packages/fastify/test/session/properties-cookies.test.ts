import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import {
  cookieNames,
  createCookieJar,
  createSealedCookies,
  readCookie,
} from '../../src/session/cookie.ts'
import { mutateText, propertyRuns } from '@gatehouse/test-support/properties'

const name = '__Host-session'

/** The values of a name, in the simplest form: split and find. */
function valuesSlowly(header: string, of = name): string[] {
  return header
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+/, ''))
    .filter((pair) => pair.startsWith(`${of}=`))
    .map((pair) => pair.slice(of.length + 1).trim())
}

/** Two of a name count as none. */
function readSlowly(header: string): string | undefined {
  const values = valuesSlowly(header)
  return values.length === 1 ? values[0] : undefined
}

function namesSlowly(header: string, prefix: string): Set<string> {
  const pairs = header.split(';').filter((pair) => pair.includes('='))
  const names = pairs.map((pair) => pair.replace(/=[^]*/, '').trim())
  return new Set(names.filter((one) => one.startsWith(prefix)))
}

/** The parts of a header, chosen so that near misses are common. */
const piece = fc.constantFrom(name, 'session', '=', ';', '; ', ' ', '\t', '"', 'x', ',', `${name}=`)
const header = fc.oneof(
  fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 80 }),
)

describe('any Cookie header', () => {
  it('yields the same value as a simple parser', () => {
    fc.assert(
      fc.property(header, (text) => {
        expect(readCookie(text, name)).toBe(readSlowly(text))
      }),
      propertyRuns(10_000),
    )
  })

  it('yields the last eight values of a name on http, and on https one or none', () => {
    const secure = createCookieJar('https://app.example.test')
    const local = createCookieJar('http://localhost:5173')
    fc.assert(
      fc.property(header, (text) => {
        const here = text.replaceAll('__Host-session', 'session-5173')
        const values = [...new Set(valuesSlowly(here, 'session-5173'))]
        expect(local.values(here, 'session')).toEqual(values.slice(-8))
        expect(secure.values(text, 'session')).toEqual(
          [readSlowly(text)].filter((value) => value !== undefined),
        )
      }),
      propertyRuns(5000),
    )
  })

  it('yields the same names as a simple parser, among them every name with a value', () => {
    fc.assert(
      fc.property(header, (text) => {
        const names = cookieNames(text, '__Host-')
        expect(new Set(names)).toEqual(namesSlowly(text, '__Host-'))
        expect(names).toHaveLength(new Set(names).size)
        expect(readCookie(text, name) === undefined || names.includes(name)).toBe(true)
      }),
      propertyRuns(5000),
    )
  })

  it('has no value for a name that occurs twice', () => {
    fc.assert(
      fc.property(header, header, header, (before, between, after) => {
        const text = `${before};${name}=a;${between};${name}=b;${after}`
        expect(readCookie(text, name)).toBeUndefined()
      }),
      propertyRuns(2000),
    )
  })

  it('never has its session taken from a cookie of another name, with any value', () => {
    expect(readCookie(`theme=dark ${name}=planted`, name)).toBeUndefined()
    expect(readCookie(`theme=dark ${name}=planted; ${name}=real`, name)).toBe('real')
  })
})

describe('a sealed value that was not made by this server', async () => {
  const cookies = await createSealedCookies(Fastify(), [randomBytes(32)], 3600)
  const purposes = ['session', 'sign-in', 'client-state'] as const
  const real = cookies.seal('session', { key: 'k'.repeat(43) })
  const alphabet = 'ABCabc019-_.+/=;% \n'

  function opensNowhere(value: string): void {
    for (const purpose of purposes) expect(cookies.open(purpose, value)).toBeUndefined()
  }

  it('does not open if it is random', () => {
    const form = fc.stringMatching(/^[A-Za-z0-9_-]{24,200}\.[A-Za-z0-9_-]{32}$/)
    const value = fc.oneof(fc.string({ unit: 'binary' }), form)
    fc.assert(fc.property(value, opensNowhere), propertyRuns(1000))
  })

  it('does not open if any part of it was changed', () => {
    const value = mutateText(real, alphabet).filter((text) => text !== real)
    fc.assert(fc.property(value, opensNowhere), propertyRuns(2000))
    expect(cookies.open('session', real)?.content).toMatchObject({ key: 'k'.repeat(43) })
  })
})
