/** The path of `publicUrl`: one spelling, or a sentence that names the key. */
import { basePathOf, withoutBasePath } from '@gatehouse/contract/paths'
import { describe, expect, it } from 'vitest'
import { load, ownTenant, refusalOf } from '../support/config-folder.ts'

const host = 'https://portal.example.test'
const at = (publicUrl: string) => ({ ...ownTenant, publicUrl })

describe('a path in publicUrl', () => {
  it.each([
    [`${host}/people`, '/people'],
    [`${host}/people/`, '/people'],
    ['HTTPS://PORTAL.example.test:443/people', '/people'],
    [`${host}/apps/people-2.v3_x`, '/apps/people-2.v3_x'],
    [`${host}/1`, '/1'],
    [`${host}/apis`, '/apis'],
    [`${host}/x/api`, '/x/api'],
    [`${host}/${'a'.repeat(99)}`, `/${'a'.repeat(99)}`],
    [host, ''],
    [`${host}/`, ''],
  ])('is taken: %s', (publicUrl, path) => {
    const config = load(at(publicUrl))
    expect(config.publicUrl).toBe(host + path)
    expect(config.redirectUri).toBe(`${host}${path}/auth/redirect`)
    expect(basePathOf(config.publicUrl)).toBe(path)
  })

  it('is taken on this machine too', () => {
    expect(load(at('http://localhost:5173/people')).publicUrl).toBe('http://localhost:5173/people')
  })

  it.each([
    ['upper case', '/People', 'lower-case letters'],
    ['a slash too many at the end', '/people//', 'lower-case letters'],
    ['a slash too many at the start', '//people', 'lower-case letters'],
    ['a slash too many inside', '/apps//people', 'lower-case letters'],
    ['dots that lead up', '/apps/../people', 'lower-case letters'],
    ['dots that lead nowhere', '/./people', 'lower-case letters'],
    ['dots that are encoded', '/apps/%2e%2e/people', 'lower-case letters'],
    ['an encoded slash', '/apps%2Fpeople', 'lower-case letters'],
    ['an encoded letter', '/p%65ople', 'lower-case letters'],
    ['a letter beyond ASCII', '/leute-für-alle', 'lower-case letters'],
    ['a backslash', '\\people', 'lower-case letters'],
    ['a semicolon', '/people;v=1', 'lower-case letters'],
    ['a tilde, which stands for a slash in names', '/a~b', 'lower-case letters'],
    ['a quote', '/"><script>', 'lower-case letters'],
    ['a segment that begins with a dot', '/.people', 'lower-case letters'],
    ['a line break', '/peo\nple', 'lower-case letters'],
    ['a query', '/people?x=1', 'query or a fragment'],
    ['a fragment', '/people#x', 'query or a fragment'],
    ['a query without a path', '?x=1', 'query or a fragment'],
    ['more than 100 characters', `/${'a'.repeat(100)}`, 'at most 100 characters'],
    ['the API', '/api', 'begins with /api'],
    ['the API and more', '/api/people', 'begins with /api'],
    ['the redirect URI', '/auth/redirect', 'begins with /auth'],
    ['the files of the page', '/assets', 'begins with /assets'],
    ['a health check', '/healthz', 'begins with /healthz'],
    ['another health check', '/readyz', 'begins with /readyz'],
  ])('is refused in a sentence: %s', (_what, path, words) => {
    const { problems } = refusalOf(at(host + path))
    expect(problems.map(({ key }) => key)).toEqual(['publicUrl'])
    expect(problems[0]?.message).toContain(words)
  })

  it('is refused in PUBLIC_URL as in the file', () => {
    const { message } = refusalOf(ownTenant, { PUBLIC_URL: `${host}/People` })
    expect(message).toMatch(/publicUrl|PUBLIC_URL/)
  })
})

describe('the path of an address without the one of the app', () => {
  it.each([
    ['/people', '/people/users?q=a#b', '/users?q=a#b'],
    ['/people', '/people/', '/'],
    ['/people', '/people', '/'],
    ['/people', '/people?q=a', '/?q=a'],
    ['/people', '/people#a', '/#a'],
    ['/people', '/peoplex', undefined],
    ['/people', '/people%2Fx', undefined],
    ['/people', '/People', undefined],
    ['/people', '/', undefined],
    ['/people', '', undefined],
    ['', '/users', '/users'],
    ['', '//users', '//users'],
  ])('%j: %s is %s', (basePath, address, path) => {
    expect(withoutBasePath(basePath, address)).toBe(path)
  })
})
