import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyRuns } from '@gatehouse/test-support/properties'
import { builtPath } from '../../src/downstream/index.ts'
import { isPage, nextPage } from '../../src/downstream/next-page.ts'
import { ProblemError } from '../../src/errors.ts'

const origin = 'https://graph.microsoft.com'
const query = { $select: 'id,displayName', $top: '25', $count: 'true', $search: '"a:b&c"' }
const list = { name: 'graph', baseUrl: `${origin}/v1.0`, path: '/users', query }

/** Text that a URL can hold: a lone surrogate has no form in UTF-8. */
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })

/** Text of a JSON body, which may have halves of pairs. */
const unpaired = fc
  .array(fc.constantFrom('\ud83d', '\ude00', "'", '"', '\\', 'a', '€'))
  .map((characters) => characters.join(''))

/** The spellings of one parameter's name. */
const skipToken = fc.constantFrom(
  '$skiptoken',
  '%24skiptoken',
  '$skipToken',
  '%24SKIPTOKEN',
  '$SkipToken',
  'skiptoken',
  '$skip',
  'cursor',
)

/** A URL spells the apostrophe as %27. */
const encoded = (value: string) =>
  fc.constantFrom(
    encodeURIComponent(value).replaceAll("'", '%27'),
    new URLSearchParams({ '': value }).toString().slice(1),
  )

/** The route's own parameters, as the API may repeat them in its link. */
const repeated = fc.subarray([
  '$top=25',
  '%24top=999',
  'TOP=5',
  '$count=true',
  '$select=id,passwordProfile',
  '%24select=*',
  '$SEARCH=%22x%22',
])

const start = fc.constantFrom(
  `${origin}/v1.0/users`,
  `${origin}:443/v1.0/users`,
  'HTTPS://Graph.Microsoft.com/v1.0/users',
  '//graph.microsoft.com/v1.0/users',
  '/v1.0/users',
  'users',
  '',
  `${origin}/beta/other/$ref`,
)

const sent = (page: string) => {
  const { pathname, searchParams } = new URL(builtPath('/users', query, page), origin)
  return { pathname, parameters: [...searchParams] }
}

/** What becomes of a link; the unexpected text if it is neither a page nor a refusal. */
function outcomeOf(link: string): string {
  try {
    const page = nextPage(link, list)
    const path = builtPath('/users', query, page)
    return isPage(page) && !/[#\s<>"]/.test(path) ? 'a page' : path
  } catch (error) {
    return error instanceof ProblemError && error.code === 'upstream_failed'
      ? 'refused'
      : String(error)
  }
}

describe('the link to the next page', () => {
  it('gives its token whole, in any spelling and order, and changes nothing else', () => {
    const link = fc
      .record({ start, name: skipToken, token: text, repeated, fragment: fc.boolean() })
      .chain(({ token, ...rest }) => encoded(token).map((written) => ({ ...rest, token, written })))
    fc.assert(
      fc.property(
        link,
        fc.nat(),
        ({ start: before, name, token, written, repeated: own, fragment }, at) => {
          const pairs = own.toSpliced(at % (own.length + 1), 0, `${name}=${written}`)
          const page = nextPage(`${before}?${pairs.join('&')}${fragment ? '#end' : ''}`, list)
          expect(page).toBe(`${name}=${written}`)
          const { pathname, parameters } = sent(page)
          expect(pathname).toBe('/users')
          expect(parameters).toEqual([...Object.entries(query), [decodeURIComponent(name), token]])
        },
      ),
      propertyRuns(500),
    )
  })

  it('keeps other parameters of its own beside the token, byte by byte', () => {
    const link = `${list.baseUrl}/users?$top=25&$skiptoken=m~A%2BB%2f==&$deltatoken=x+y&flag&$skip=5`
    expect(nextPage(link, list)).toBe('$skiptoken=m~A%2BB%2f==&$deltatoken=x+y&$skip=5')
    expect(nextPage(`${list.baseUrl}/users?%24skiptoken=%ff`, list)).toBe('%24skiptoken=%ff')
  })

  it('is a page that callApi takes, or a failure of the API, whatever it is', () => {
    const link = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.tuple(start, fc.string({ unit: 'binary' })).map(([before, rest]) => `${before}?a=${rest}`),
    )
    const outcomes = new Set<string>()
    fc.assert(
      fc.property(link, (any) => void outcomes.add(outcomeOf(any))),
      propertyRuns(1000),
    )
    expect(outcomes).toEqual(new Set(['a page', 'refused']))
  })

  it('is refused at once if it fills the whole answer', () => {
    const link = `${list.baseUrl}/users?${'%6=1&'.repeat(800_000)}`
    const startedAt = performance.now()
    expect(() => nextPage(link, list)).toThrow('gave an unexpected answer')
    expect(performance.now() - startedAt).toBeLessThan(200)
  })

  it.each([
    'https://evil.test/v1.0/users?$skiptoken=x',
    'http://graph.microsoft.com/v1.0/users?$skiptoken=x',
    'https://graph.microsoft.com:8443/v1.0/users?$skiptoken=x',
    'https://graph.microsoft.com.evil.test/v1.0/users?$skiptoken=x',
    'https://graph.microsoft.com@evil.test/?$skiptoken=x',
    'https:\\\\evil.test/?$skiptoken=x',
    'data:text/plain,?$skiptoken=x',
  ])('is refused if it leads to another origin: %s', (link) => {
    expect(() => nextPage(link, list)).toThrow('gave an unexpected answer')
  })
})

it('a query has each text as it is, and U+FFFD for half a pair of surrogates: no quote is lost', () => {
  const texts = fc.dictionary(fc.string({ unit: 'binary' }), unpaired)
  fc.assert(
    fc.property(texts, (wanted) => {
      const { searchParams } = new URL(builtPath('/users', wanted), origin)
      const sentTexts = Object.entries(wanted).map(([name, value]) => [name, value.toWellFormed()])
      expect([...searchParams]).toEqual(sentTexts)
    }),
    propertyRuns(500),
  )
  const { searchParams } = new URL(builtPath('/users', { $filter: "id eq '\ud800'" }), origin)
  expect(searchParams.get('$filter')).toBe("id eq '\ufffd'")
})

it.each(['', 'a b', 'a#b', 'a"b', 'a\\b', 'a\r\nb', 'é', 'a'.repeat(3000)])(
  'a page that is none is refused before a request is sent: %j',
  (page) => {
    expect(() => builtPath('/users', undefined, page)).toThrow('page is not what request.nextPage')
  },
)

describe('a link as Graph writes them, which is read without a parser', () => {
  const resultOf = (link: string) => {
    try {
      return nextPage(link, list)
    } catch (error) {
      if (error instanceof ProblemError) return error.code
      throw error
    }
  }

  it('means the same as one with the port, which a parser reads', () => {
    // Every character of ASCII, and some others: quotes, line breaks, `#`, percent signs, backslashes.
    const rest = fc.string({ unit: 'binary-ascii', maxLength: 40 })
    const path = fc.constantFrom(
      '/users',
      '/users/',
      '/../x',
      '',
      '/a%2Fb',
      '/@evil.example',
      '\\evil',
    )
    fc.assert(
      fc.property(path, rest, text, (before, first, second) => {
        const tail = `/v1.0${before}?$skiptoken=${first}&x=${second}`
        expect(resultOf(`${origin}${tail}`)).toBe(resultOf(`${origin}:443${tail}`))
      }),
      propertyRuns(1000),
    )
  })

  it.each([
    `${origin}.evil.example/v1.0/users?$skiptoken=a`,
    `${origin}@evil.example/v1.0/users?$skiptoken=a`,
    `${origin}/v1.0.evil.example?$skiptoken=a`,
  ])('is not %s', (link) => {
    const expected = link.startsWith(`${origin}/`) ? '$skiptoken=a' : 'upstream_failed'
    expect(resultOf(link)).toBe(expected)
  })
})
