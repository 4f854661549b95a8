import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeReturnTo } from '../../src/auth/redirects.ts'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { propertyRuns } from '@gatehouse/test-support/properties'
import { expectRefusedLink } from '../support/expect-refused-link.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const elsewhere = [
  'https://evil.test',
  'http://evil.test/',
  '//evil.test',
  '///evil.test',
  '////evil.test',
  '/\\evil.test',
  '\\\\evil.test',
  '/\\/evil.test',
  '/\t/evil.test',
  '/\n/evil.test',
  '\t//evil.test',
  ' //evil.test',
  'https:evil.test',
  'http:evil.test',
  'https:/evil.test',
  'https:\\\\evil.test',
  'http://localhost:5173@evil.test',
  '//localhost:5173@evil.test',
  '/.//evil.test',
  '/..//evil.test',
  '/./\\evil.test',
  '/users/..//evil.test',
  '/%2e//evil.test',
  '/%2e%2e//evil.test',
  'http://localhost:5173/users',
  'users',
  '',
  '?x',
  '#x',
  '.',
  '..',
]
const schemes = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'blob:x',
  'vbscript:x',
]
const unparsable = ['http://[', 'https://%zz', '//[', '/\\[', '\uD800', '//\uD800']

describe('the address after a sign-in', () => {
  it.each(elsewhere)('is never on another site: %j', (value) => {
    expect(safeReturnTo(value, publicUrl)).toBe('/')
  })

  it.each(schemes)('never has a scheme of its own: %j', (value) => {
    expect(safeReturnTo(value, publicUrl)).toBe('/')
  })

  it.each([
    ['/a\r\nSet-Cookie:x=y', '/aSet-Cookie:x=y'],
    ['/a%0d%0aSet-Cookie:x=y', '/a%0d%0aSet-Cookie:x=y'],
    ['/嘊嘍x', '/%E5%98%8A%E5%98%8Dx'],
  ])('carries no line break: %j', (value, expected) => {
    expect(safeReturnTo(value, publicUrl)).toBe(expected)
  })

  it('has no backslash, which counts double in the JSON of the state', () => {
    expect(safeReturnTo('/a?b\\c#d\\', publicUrl)).toBe('/a?b%5Cc#d%5C')
  })

  it.each([
    ['/users/é', '/users/%C3%A9'],
    ['/a\u2028b', '/a%E2%80%A8b'],
    ['／／evil.test', '/'],
    ['/／evil.test', '/%EF%BC%8Fevil.test'],
    ['/a\uD800', '/a%EF%BF%BD'],
  ])('has its Unicode characters percent-encoded: %j', (value, expected) => {
    expect(safeReturnTo(value, publicUrl)).toBe(expected)
  })

  it.each(['/%252f%252fevil.test', '/%25%35c', '/%2f%2fevil.test', '/%5cevil.test'])(
    'is not decoded a second time: %j',
    (value) => {
      expect(safeReturnTo(value, publicUrl)).toBe(value)
    },
  )

  it.each(unparsable)('is the home page if the value cannot be parsed: %j', (value) => {
    expect(safeReturnTo(value, publicUrl)).toBe('/')
  })

  it.each([undefined, null, 5, ['/users'], { path: '/users' }, `/${'a'.repeat(2000)}`])(
    'is the home page for a value of the wrong type or length: %j',
    (value) => {
      expect(safeReturnTo(value, publicUrl)).toBe('/')
    },
  )

  it.each([
    '/auth/sign-in',
    '/auth',
    '/AUTH/redirect',
    '/api/users',
    '/api',
    '/./auth/sign-out',
    '/%61uth/sign-in?prompt=select_account',
    '/%41%50%49/me',
  ])('is no address of the sign-in flow or the API: %s', (value) => {
    expect(safeReturnTo(value, publicUrl)).toBe('/')
  })

  it.each([
    '/',
    '/users?search=ada&top=5#row-3',
    '/authors',
    '/apiary',
    '/a//b',
    '/users?next=//x',
  ])('keeps path, query and hash of a page: %s', (value) => {
    expect(safeReturnTo(value, publicUrl)).toBe(value)
  })
})

describe('any requested address', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(...Array.from('/\\.:@?#%25fe\t\n\r x[]é／'), '\uD800'),
  })
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    nasty,
    nasty.map((text) => `/${text}`),
    fc.anything(),
  )

  it('resolves to this origin, starts with one slash, and stays the same when it is checked again', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const path = safeReturnTo(value, publicUrl)
        expect(path).toMatch(/^\/(?![/\\])[\u0021-\u007e]*$/)
        expect(new URL(path, publicUrl).origin).toBe(publicUrl)
        expect(safeReturnTo(path, publicUrl)).toBe(path)
      }),
      propertyRuns(3000),
    )
  })
})

describe('a whole sign-in', () => {
  const gatehouse = useTestApp()

  it.each([
    ...elsewhere.slice(0, 8),
    ...schemes.slice(0, 2),
    '/a\r\nSet-Cookie:x=y',
    '/users/é',
    '//[',
  ])('lands in the app: %j', async (returnTo) => {
    const answer = await gatehouse().browser().signIn({ returnTo })
    expect(answer.status).toBe(303)
    expect(answer.location).toBe(safeReturnTo(returnTo, publicUrl))
    expect(answer.setCookies.join()).not.toContain('x=y')
  })

  it('does not start with two return addresses', async () => {
    const answer = await gatehouse().browser().get('/auth/sign-in?returnTo=/&returnTo=//evil.test')
    expectRefusedLink(answer, 'invalid_link')
    expect(answer.setCookies).toEqual([])
  })

  it('takes the return address from the sealed cookie only', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    const answer = await browser.get(`${callback}&returnTo=//evil.test`)
    expect(answer.location).toBe('/users')
  })
})

it('leads home if the address is too long once it is encoded', () => {
  const address = (letters: number) => `/${'é'.repeat(letters)}`
  // Each letter takes six.
  expect(safeReturnTo(address(170), publicUrl)).toHaveLength(1021)
  expect(safeReturnTo(address(171), publicUrl)).toBe('/')
})
