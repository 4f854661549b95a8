import { describe, expect, it } from 'vitest'
import { createNoProxy, noProxyProblem } from '../../src/outgoing/no-proxy.ts'

const isDirect = (noProxy: string, url: string) => createNoProxy(noProxy)(new URL(url))

describe('NO_PROXY', () => {
  it.each([
    ['10.0.0.0/8', 'https://10.255.0.1'],
    // The part behind the prefix does not count, as for curl and Go.
    ['10.1.2.3/8', 'https://10.255.0.1'],
    ['192.168.4.0/22', 'https://192.168.7.255'],
    ['10.1.2.3/32', 'https://10.1.2.3:8443'],
    ['0.0.0.0/0', 'https://203.0.113.5'],
    ['fd00::/8', 'https://[fdff::1]'],
    ['10.0.0.0/8', 'https://[::ffff:10.1.1.1]'],
    ['::1', 'https://[0:0:0:0:0:0:0:1]'],
    ['[FDAB:0::1]', 'https://[fdab::1]'],
    ['[0:0::1]:443', 'https://[::1]'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.1.2.3:8443', 'https://10.1.2.3:8443'],
    ['a.test 10.0.0.0/8\tb.test', 'https://10.0.0.1'],
    ['a.test,,10.0.0.0/8,', 'https://10.0.0.1'],
    ['Example.TEST', 'https://api.example.test'],
    ['example.test.', 'https://example.test'],
    ['example.test', 'https://example.test.'],
    ['münchen.test', 'https://api.xn--mnchen-3ya.test'],
    ['*:8443', 'https://example.test:8443'],
  ])('%j has the address %s', (noProxy, url) => {
    expect(isDirect(noProxy, url)).toBe(true)
    expect(noProxyProblem(noProxy)).toBeUndefined()
  })

  it.each([
    ['10.0.0.0/8', 'https://11.0.0.1'],
    ['192.168.4.0/22', 'https://192.168.8.0'],
    ['fd00::/8', 'https://[fe00::1]'],
    // Only addresses that stand in the URL: a name is not looked up.
    ['10.0.0.0/8', 'https://10.example.test'],
    ['0.0.0.0/0', 'https://localhost.test'],
    ['0.0.0.0/0', 'https://[2001:db8::1]'],
    ['10.1.2.3', 'https://10.1.2.30'],
    ['10.1.2.3:8443', 'https://10.1.2.3'],
    ['[::1]:443', 'https://[::1]:8443'],
    ['*.example.test', 'https://example.test'],
    ['ample.test', 'https://example.test'],
    ['*:8443', 'https://example.test'],
  ])('%j does not have the address %s', (noProxy, url) => {
    expect(isDirect(noProxy, url)).toBe(false)
    expect(noProxyProblem(noProxy)).toBeUndefined()
  })

  it.each([
    '10.0.0.0/99',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8:443',
    '10.0.0/8',
    '10.0.0.1-10.0.0.9',
    '10.0.0',
    '10.',
    '10.*',
    '10.0.0.999',
    'http://example.test',
    'example.test/path',
    'a.test;b.test',
    '<local>',
    'example.test:99999',
    '.*',
    '*.[::1]',
  ])('has no meaning for %s, and says so', (entry) => {
    expect(noProxyProblem(`a.test, ${entry},b.test`)).toContain(`has the entry ${entry}; it takes`)
  })

  it('does not repeat what may hold a password', () => {
    expect(noProxyProblem('nora:secret@proxy.test')).not.toContain('secret')
  })
})
