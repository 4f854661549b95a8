import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseRedisAddress } from '../../src/store/redis/address.ts'
import { inFolder, load, ownTenant, refusalOf, refusedKeys } from '../support/config-folder.ts'

const production = { NODE_ENV: 'production' }
const redis = { STORE_URL: 'rediss://redis.example.test:6380' }

describe('the address of Redis', () => {
  it.each([
    ['redis://localhost', 'server', false, ['localhost:6379']],
    ['rediss://:p%40ss@host:6380/2', 'server', true, ['host:6380']],
    ['redis://user:pass@[::1]:80', 'server', false, ['::1:80']],
    ['redis+cluster://a:1,b:2,c', 'cluster', false, ['a:1', 'b:2', 'c:6379']],
    ['rediss+sentinel://u:p@a,b:2/main', 'sentinel', true, ['a:26379', 'b:2']],
  ])('%s is read', (url, kind, tls, nodes) => {
    const address = parseRedisAddress(url)
    expect(address).toMatchObject({ kind, tls })
    expect(address.nodes.map(({ host, port }) => `${host}:${port}`)).toEqual(nodes)
    expect(load(ownTenant, { STORE_URL: url }).storeUrl).toBe(url)
  })

  it('has user, password, database and the name of the primary', () => {
    expect(parseRedisAddress('rediss://me:p%40ss@host/2')).toMatchObject({
      username: 'me',
      password: 'p@ss',
      database: 2,
    })
    expect(parseRedisAddress('redis+sentinel://:x@a,b/main')).toMatchObject({
      username: undefined,
      password: 'x',
      primary: 'main',
    })
  })

  it.each([
    'redis://a:1,b:2',
    'redis://host:port',
    'redis://host/db',
    'redis+cluster://a:1/3',
    'redis+cluster://a:1,:2',
    'redis+sentinel://a:1',
    'redis://',
    'redis://u:p4ss%zz@host',
  ])('%s is refused without its password', (url) => {
    expect(() => parseRedisAddress(url)).toThrow(/^STORE_URL (is no address such as|has a %)/)
    expect(() => parseRedisAddress(url)).not.toThrow(/p4ss/)
  })
})

describe('the settings of the store', () => {
  it.each([
    ['STORE_PASSWORD', { STORE_PASSWORD: 'x' }],
    ['STORE_AUTH', { STORE_AUTH: 'entra' }],
    ['STORE_CA_FILE', { STORE_CA_FILE: '/dev/null' }],
  ])('%s is refused without Redis', (key, env) => {
    expect(refusedKeys(ownTenant, env)).toEqual([key])
  })

  it('are refused if they contradict each other', () => {
    const withPassword = { STORE_URL: 'rediss://:s3cr3t@redis.example.test' }
    for (const [env, key] of [
      [{ ...withPassword, STORE_PASSWORD: 'x' }, 'STORE_PASSWORD'],
      [{ ...withPassword, STORE_AUTH: 'entra' }, 'STORE_AUTH'],
      [{ ...redis, STORE_AUTH: 'entra', STORE_PASSWORD: 'x' }, 'STORE_AUTH'],
      [{ ...redis, STORE_AUTH: 'kerberos' }, 'STORE_AUTH'],
      [{ STORE_URL: 'redis://r', STORE_AUTH: 'entra', ...production }, 'STORE_AUTH'],
      [{ STORE_URL: 'redis://r', STORE_CA_FILE: '/dev/null' }, 'STORE_CA_FILE'],
      [{ ...redis, STORE_CA_FILE: '/dev/null' }, 'STORE_CA_FILE'],
      [{ ...redis, STORE_CLIENT_ID: '6ba7b810-9dad-41d1-80b4-00c04fd430c8' }, 'STORE_CLIENT_ID'],
    ] as const) {
      const { problems, message } = refusalOf(ownTenant, env)
      expect([...new Set(problems.map((problem) => problem.key))]).toEqual([key])
      expect(message).not.toContain('s3cr3t')
    }
  })

  it('hold the password of a file, and read it again: the configuration has its path only', () => {
    inFolder((folder) => {
      const file = join(folder, 'password')
      writeFileSync(file, 's3cr3t\n', { mode: 0o600 })
      const config = load(ownTenant, { ...redis, ...production, STORE_PASSWORD_FILE: file })
      expect(config.store.login).toEqual({ kind: 'password_file', file })
      expect(JSON.stringify(config)).not.toContain('s3cr3t')
      const both = { ...redis, STORE_PASSWORD_FILE: file, STORE_PASSWORD: 'x' }
      expect(refusalOf(ownTenant, both).message).toContain('is set beside STORE_PASSWORD')
    })
  })
})
