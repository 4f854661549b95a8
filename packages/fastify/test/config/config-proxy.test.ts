import { describe, expect, it } from 'vitest'
import { readProxySettings } from '../../src/config/index.ts'
import { load, ownTenant, refusalOf, refusedKeys } from '../support/config-folder.ts'

describe('HTTPS_PROXY', () => {
  it.each([
    ['http://proxy.example.test:8080', 'http://proxy.example.test:8080/'],
    ['https://proxy.example.test', 'https://proxy.example.test/'],
    ['proxy.example.test:8080', 'http://proxy.example.test:8080/'],
    ['nora:p%40ss@proxy.example.test:8080', 'http://nora:p%40ss@proxy.example.test:8080/'],
  ])('%s is the proxy %s', (value, url) => {
    expect(load(ownTenant, { HTTPS_PROXY: value }).proxy).toEqual({ url, noProxy: '' })
    expect(readProxySettings({ HTTPS_PROXY: value })).toEqual({ url, noProxy: '' })
  })

  it('counts in lower case too, and first, as for other programs', () => {
    const env = {
      https_proxy: 'http://a.test:1',
      HTTPS_PROXY: 'http://b.test:2',
      no_proxy: 'c.test',
      NO_PROXY: 'd.test',
    }
    expect(load(ownTenant, env).proxy).toEqual({ url: 'http://a.test:1/', noProxy: 'c.test' })
    expect(load(ownTenant, { ...env, https_proxy: ' ' }).proxy.url).toBe('http://b.test:2/')
  })

  it.each(['http://', 'http://:8080', 'socks5://proxy.test:1080', 'http://a%zz:b@proxy.test', ':'])(
    '%s is refused with a sentence that does not repeat it',
    (value) => {
      expect(refusedKeys(ownTenant, { HTTPS_PROXY: value })).toEqual(['HTTPS_PROXY'])
      const { message } = refusalOf(ownTenant, { HTTPS_PROXY: value })
      expect(message).toMatch(/HTTPS_PROXY: (?:is not|takes|has)/)
      expect(message).not.toContain('%zz')
      expect(() => readProxySettings({ HTTPS_PROXY: value })).toThrow('HTTPS_PROXY')
    },
  )

  it('is all that readProxySettings refuses', () => {
    expect(readProxySettings({ PORT: 'abc', NO_PROXY: '*' })).toEqual({
      url: undefined,
      noProxy: '*',
    })
  })
})

describe('NO_PROXY', () => {
  const proxy = { HTTPS_PROXY: 'http://proxy.test:8080' }

  it('with an entry that means nothing is refused with a sentence', () => {
    const env = { ...proxy, NO_PROXY: 'example.test,10.0.0.0/99' }
    expect(refusalOf(ownTenant, env).message).toContain('NO_PROXY: has the entry 10.0.0.0/99')
    expect(() => readProxySettings(env)).toThrow('10.0.0.0/99')
  })

  it('takes names, addresses and ranges', () => {
    const noProxy = '.example.test,*.internal.test,10.0.0.0/8,[fd00::1]:443,*'
    const env = { ...proxy, NO_PROXY: noProxy }
    expect(load(ownTenant, env).proxy.noProxy).toBe(noProxy)
  })

  it('is not looked at without a proxy', () => {
    expect(load(ownTenant, { NO_PROXY: '10.*' }).proxy.url).toBeUndefined()
  })
})
