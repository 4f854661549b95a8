import { localClient, localTenantId } from '@gatehouse/tenant'
import { describe, expect, it } from 'vitest'
import { loadConfig, localTenant } from '../../src/config/index.ts'
import {
  freshClone,
  inFolder,
  load,
  ownTenant,
  refusalOf,
  refusedKeys,
} from '../support/config-folder.ts'

const production = { NODE_ENV: 'production' }

describe('placeholders', () => {
  it('that are all intact mean the local tenant in development', () => {
    const config = load(freshClone)
    expect(config).toMatchObject({
      usesLocalTenant: true,
      tenant: localTenantId,
      clientId: localClient.clientId,
      credentials: [{ kind: 'secret', value: localClient.secrets[0] }],
      authority: 'http://127.0.0.1:5175',
      downstreamApis: { graph: { baseUrl: 'http://127.0.0.1:5175/v1.0' } },
    })
  })

  it('that are all intact are refused in production, naming all three', () => {
    const keys = refusedKeys({ ...freshClone, publicUrl: ownTenant.publicUrl }, production)
    expect(keys).toEqual(['tenant', 'clientId', 'clientSecret'])
    // The local tenant is no way out there.
    const { message } = refusalOf({ ...ownTenant, tenant: freshClone.tenant }, production)
    expect(message).toContain('tenant: is still the placeholder; production needs a tenant')
  })

  it.each([
    [['tenant']],
    [['clientId']],
    [['clientSecret']],
    [['tenant', 'clientId']],
    [['clientId', 'clientSecret']],
  ] as const)('that are partly intact are refused, naming them: %j', (left) => {
    const intact = Object.fromEntries(left.map((key) => [key, freshClone[key]]))
    expect(refusedKeys({ ...ownTenant, ...intact })).toEqual([...left])
  })

  it.each([
    ['clientSecret', 'changeme'],
    ['clientSecret', `${ownTenant.clientSecret} `],
    ['clientSecret', 'your-client-secret'],
    ['clientSecret', '<secret>'],
    ['tenant', '00000000-0000-0000-0000-000000000000'],
    ['clientId', '00000000-0000-0000-0000-000000000000'],
  ])('of other forms are refused for %s: %s', (key, value) => {
    expect(refusedKeys({ ...ownTenant, [key]: value })).toEqual([key])
  })

  it('for the local tenant are the values that the tenant itself has', () => {
    expect(localTenant).toMatchObject({
      tenant: localTenantId,
      clientId: localClient.clientId,
      clientSecret: localClient.secrets[0],
    })
    expect(localClient.web.redirectUris).toContain(load(freshClone).redirectUri)
  })
})

describe('the configuration of addresses', () => {
  it.each([
    ['authority', 'http://login.example.test'],
    ['authority', 'https://login.microsoftonline.com/undefined/'],
    ['authority', 'https://login.microsoftonline.com?x=1'],
    ['authority', 'https://user:pw@login.microsoftonline.com'],
    ['authority', 'ftp://login.microsoftonline.com'],
    ['authority', 'login.microsoftonline.com'],
    ['tenant', 'common'],
    ['tenant', 'undefined'],
    ['publicUrl', 'http://app.example.test'],
    ['publicUrl', 'http://127.0.0.1:5173'],
    ['publicUrl', 'https://app.example.test/auth/redirect'],
    ['publicUrl', 'nonsense'],
  ])('refuses %s %s', (key, value) => {
    expect(refusedKeys({ ...ownTenant, [key]: value })).toEqual([key])
  })

  it('refuses http in production, on loopback too', () => {
    const file = {
      ...ownTenant,
      authority: 'http://127.0.0.1:5175',
      publicUrl: 'http://localhost:5173',
      downstreamApis: {
        graph: {
          baseUrl: 'http://127.0.0.1:5175/v1.0',
          scopes: ['a'],
          fileOrigins: ['https://files.test', 'http://127.0.0.1:5175'],
        },
      },
    }
    expect(refusedKeys(file, production)).toEqual([
      'authority',
      'publicUrl',
      'downstreamApis.graph.baseUrl',
      'downstreamApis.graph.fileOrigins.1',
    ])
    expect(load(file).authority).toBe('http://127.0.0.1:5175')
  })

  it('has the redirect URI of the public origin, in any spelling of it', () => {
    const config = load({ ...ownTenant, publicUrl: 'https://APP.example.test:443/' })
    expect(config.publicUrl).toBe('https://app.example.test')
    expect(config.redirectUri).toBe('https://app.example.test/auth/redirect')
  })
})

describe('the configuration file', () => {
  it.each([
    ['sesionTtl', { sesionTtl: 5 }],
    ['session.idle', { session: { idle: 5 } }],
    ['session.idleMinutes', { session: { idleMinutes: '15m' } }],
    ['session.idleMinutes', { session: { idleMinutes: 0 } }],
    ['session.idleMinutes', { session: { idleMinutes: null } }],
    ['session.idleMinutes', { session: { idleMinutes: 1.5 } }],
    ['session.idleMinutes', { session: { idleMinutes: 61, absoluteMinutes: 60 } }],
    ['session.absoluteMinutes', { session: { absoluteMinutes: 59 } }],
    ['session.deviceBound', { session: { deviceBound: true } }],
    ['session.deviceProofSeconds', { session: { deviceProofSeconds: 9 } }],
    ['session.suspectedTheft', { session: { suspectedTheft: 'ignore' } }],
    ['tenant', { tenant: 5 }],
    ['clientSecret', { clientSecret: '' }],
    ['scopes', { scopes: [] }],
    ['scopes.0', { scopes: ['two words'] }],
    ['downstreamApis', { downstreamApis: [] }],
    ['downstreamApis.graph.baseUrl', { downstreamApis: { graph: { scopes: ['a'] } } }],
    [
      'downstreamApis.graph.url',
      {
        downstreamApis: { graph: { ...ownTenant.downstreamApis.graph, url: 'https://x.test' } },
      },
    ],
  ])('is refused with a wrong %s: %j', (key, patch) => {
    expect(refusedKeys({ ...ownTenant, ...patch }).map(withoutOwnLimit)).toEqual([
      withoutOwnLimit(key),
    ])
  })

  it('names an entry of a list that does not fit, and one that is there twice', () => {
    const messageOf = (patch: object) => () => load({ ...ownTenant, ...patch })
    expect(messageOf({ scopes: ['User.Read', 'two words'] })).toThrow(
      '  scopes.1: does not fit: scopes takes a list of permission names',
    )
    expect(messageOf({ appRoles: ['Has Space'] })).toThrow(
      '  appRoles.0: does not fit: appRoles takes a list of',
    )
    expect(messageOf({ credentials: [{}] })).toThrow(
      '  credentials.0: does not fit: credentials takes a list of',
    )
    expect(messageOf({ scopes: ['User.Read', 'User.Read'] })).toThrow(
      '  scopes: has an entry twice; keep one of them',
    )
  })

  it('is refused with a missing key, by its name', () => {
    const { clientSecret: _, ...withoutSecret } = ownTenant
    expect(refusedKeys(withoutSecret)).toEqual(['clientSecret'])
    expect(refusedKeys({})).toEqual([
      'tenant',
      'clientId',
      'authority',
      'publicUrl',
      'scopes',
      'downstreamApis',
      'clientSecret',
    ])
  })

  it.each([['[]'], ['"text"'], ['null'], ['7']])('is refused if it holds %s', (text) => {
    expect(refusalOf(text).message).toMatch(
      /^ {2}\S+aad\.config\.json: the file must hold one JSON object$/m,
    )
  })

  it('is refused by its name, and by the line, if it is missing or not JSON', () => {
    expect(() => inFolder((folder) => loadConfig({}, folder))).toThrow(
      /aad\.config\.json: the file does not exist \(ENOENT\); restore it, or name another/,
    )
    expect(refusalOf('{\n "tenant": "x",\n nonsense }').message).toMatch(/not valid JSON: line 3/)
  })

  it.each([
    ['tenantId', { tenantId: 'x' }, 'did you mean tenant?'],
    ['ClientID', { ClientID: 'x' }, 'did you mean clientId?'],
    ['sesion', { sesion: {} }, 'did you mean session?'],
    ['session.idleMinute', { session: { idleMinute: 5 } }, 'did you mean idleMinutes?'],
    ['colour', { colour: 'red' }, 'misspelt?'],
    ['t', { t: 1 }, 'misspelt?'],
  ])('names the key that %s may stand for', (key, patch, words) => {
    expect(refusalOf({ ...ownTenant, ...patch }).message).toContain(
      `${key}: is not a key of aad.config.json (${words})`,
    )
  })

  it.each([
    ['tenant', ` ${ownTenant.tenant}`, 'remove the blanks before and after it'],
    ['clientId', `${ownTenant.clientId}\n`, 'remove the blanks before and after it'],
    ['tenant', 'common', 'write "organizations", with allowedTenants'],
    ['tenant', 'consumers', 'cannot sign in here'],
    ['tenant', 'contoso.onmicrosoft.com', 'beside the domain name'],
  ])('says what is overlooked in a wrong %s: %j', (key, value, words) => {
    expect(refusalOf({ ...ownTenant, [key]: value }).message).toContain(words)
  })

  it('is refused with a key that is there twice, in any depth, with both lines', () => {
    const text = JSON.stringify({ ...ownTenant, session: { idleMinutes: 5 } }, null, 1)
    const twice = text.replace('"tenant"', '"scopes": ["a"],\n "tenant"')
    const deeper = text.replace('"idleMinutes"', '"idleMinutes": 9, "idleMinutes"')
    expect(refusalOf(twice).message).toContain('scopes: is there twice, in lines 2 and 8; keep one')
    expect(refusalOf(deeper).message).toContain('session.idleMinutes: is there twice')
    expect(load(text).session.idleMs).toBe(300_000)
    const withDot = text.replace('"idleMinutes"', '"idleMinutes": 9, "a": {"b": 1}, "a.b"')
    expect(refusalOf(withDot).message).not.toContain('is there twice')
  })

  it('is refused once for an object that is there twice, not for each of its keys', () => {
    const session = '"session": {"idleMinutes": 5, "deviceBound": "off"},'
    const text = JSON.stringify(ownTenant).replace('"tenant"', `${session}\n${session}\n"tenant"`)
    expect(refusalOf(text).problems).toEqual([
      { key: 'session', message: 'is there twice, in lines 1 and 2; keep one' },
    ])
  })

  it('is refused with every mistake at once', () => {
    const file = { ...ownTenant, tenant: 'x', authority: 'http://a.test', extra: 1, scopes: 'all' }
    const env = { PORT: 'abc', LOG_LEVEL: 'loud', SESSION_KEYS: 'short' }
    const expected = ['PORT', 'LOG_LEVEL', 'tenant', 'extra', 'scopes', 'authority', 'SESSION_KEYS']
    const { message } = refusalOf(file, env)
    expect(refusedKeys(file, env).toSorted()).toEqual(expected.toSorted())
    for (const key of expected) expect(message).toContain(`  ${key}: `)
  })
})

/** Idle and absolute time are compared, so either key may be named. */
function withoutOwnLimit(key: string): string {
  return key.replace(/^session\.(?:idle|absolute)Minutes$/, 'session limits')
}
