import * as fc from 'fast-check'
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/index.ts'
import {
  freshClone,
  goodKey,
  inFolder,
  load,
  ownTenant,
  refusalOf,
  refusedKeys,
} from '../support/config-folder.ts'

/** Long enough that it cannot be in a sentence by chance. */
const secret = fc
  .string({ minLength: 12, maxLength: 60, unit: 'grapheme-ascii' })
  .filter((text) => text.trim() === text && !/[,"\\]/.test(text))
  .map((text) => `s3cr3t${text}`)

describe('a refusal never reveals', () => {
  it('the client secret, whatever it is and whatever else is wrong', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const files = [
          { ...ownTenant, clientSecret: value, tenant: 'wrong' },
          { ...ownTenant, clientSecret: { value }, extra: 1 },
          { ...ownTenant, clientSecret: [value] },
          { ...ownTenant, clientSecret: value.padEnd(1001, value) },
          { ...ownTenant, clientSecret: value, session: value, scopes: value },
          `${JSON.stringify({ ...ownTenant, clientSecret: value }).slice(0, -1)} oops`,
          `{ "clientSecret": "${value}`,
          `{ "clientSecret": ${value} }`,
        ]
        for (const file of files) expect(refusalOf(file).message).not.toContain(value)
        const inEnvironment = refusalOf({ ...ownTenant, tenant: 1 }, { AAD_CLIENT_SECRET: value })
        expect(inEnvironment.message).not.toContain(value)
      }),
      { numRuns: 50 },
    )
  })

  it('a session key', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const { message, problems } = refusalOf(ownTenant, { SESSION_KEYS: `${goodKey},${value}` })
        expect(problems.map(({ key }) => key)).toEqual(['SESSION_KEYS'])
        expect(message).toContain('key 2')
        expect(message).not.toContain(value)
        expect(message).not.toContain(goodKey)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the configuration of session keys', () => {
  const bytes = Buffer.from(goodKey, 'base64')

  it.each([
    ['hex', bytes.toString('hex')],
    ['hex in capitals', bytes.toString('hex').toUpperCase()],
    ['base64', goodKey],
    ['base64 without padding', goodKey.replace('=', '')],
    ['base64url', bytes.toString('base64url')],
    ['a trailing newline', `${goodKey}\n`],
    ['spaces around', `  ${goodKey} `],
  ])('accepts %s', (_form, text) => {
    expect(load(ownTenant, { SESSION_KEYS: text }).sessionKeys).toEqual([bytes])
  })

  it('accepts several keys, in their order', () => {
    const other = Buffer.from(bytes.toReversed())
    const text = `${other.toString('hex')},\n ${goodKey}`
    expect(load(ownTenant, { SESSION_KEYS: text }).sessionKeys).toEqual([other, bytes])
  })

  it.each([
    ['too short', bytes.subarray(1).toString('base64')],
    ['too long', Buffer.concat([bytes, bytes]).toString('base64')],
    ['63 hex digits', bytes.toString('hex').slice(1)],
    ['all zero', Buffer.alloc(32).toString('base64')],
    ['all zero as hex', '0'.repeat(64)],
    ['one repeated byte', Buffer.alloc(32, 'A').toString('base64')],
    ['a repeated word', Buffer.from('gatehouse-gatehouse-gatehouse-ga').toString('base64')],
    ['a sentence', 'please change this key before use!'],
    ['a gap in the list', `${goodKey},`],
    ['one short key among good ones', `${goodKey},c2hvcnQ=`],
  ])('refuses %s', (_form, text) => {
    expect(refusedKeys(ownTenant, { SESSION_KEYS: text })).toEqual(['SESSION_KEYS'])
  })

  it('is required in production', () => {
    const env = { NODE_ENV: 'production', SESSION_KEYS: '' }
    expect(refusedKeys(ownTenant, env)).toEqual(['SESSION_KEYS'])
    // Also where an address and a store are those of one machine.
    expect(refusedKeys({ ...ownTenant, publicUrl: 'https://localhost' }, env)).toEqual([
      'SESSION_KEYS',
    ])
  })

  it('is created for development, readable by its owner only, and found again', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(freshClone))
      const mask = process.umask(0)
      try {
        const first = loadConfig({}, folder)
        expect(statSync(join(folder, '.data')).mode & 0o777).toBe(0o700)
        expect(statSync(join(folder, '.data/session-key')).mode & 0o777).toBe(0o600)
        expect(loadConfig({}, folder).sessionKeys).toEqual(first.sessionKeys)
        expect(first.sessionKeys[0]).toHaveLength(32)
      } finally {
        process.umask(mask)
      }
    })
  })

  it('closes a development key that others could read', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(freshClone))
      const [key] = loadConfig({ DATA_DIR: '.' }, folder).sessionKeys
      chmodSync(join(folder, 'session-key'), 0o644)
      expect(loadConfig({ DATA_DIR: '.' }, folder).sessionKeys).toEqual([key])
      expect(statSync(join(folder, 'session-key')).mode & 0o777).toBe(0o600)
    })
  })

  it('refuses a development key that was emptied', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(freshClone))
      for (const content of ['', 'short', 'x'.repeat(44)]) {
        writeFileSync(join(folder, 'session-key'), content)
        const loading = () => loadConfig({ DATA_DIR: '.' }, folder)
        expect(loading).toThrow(ConfigError)
        expect(loading).toThrow(
          /session-key: holds no session key; delete it, and a new one is made$/,
        )
      }
    })
  })

  it('refuses a data folder that cannot hold the development key, with its variable', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(freshClone))
      const loading = () => loadConfig({ DATA_DIR: 'aad.config.json/data' }, folder)
      expect(loading).toThrow(ConfigError)
      expect(loading).toThrow(
        /DATA_DIR: is \S+data, where session-key cannot be written \(ENOTDIR\); name a folder/,
      )
    })
  })
})
