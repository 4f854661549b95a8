import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import {
  freshClone,
  goodKey,
  inFolder,
  load,
  ownTenant,
  refusalOf,
  refusedKeys,
} from '../support/config-folder.ts'

describe('the environment', () => {
  it('overrides the file', () => {
    const config = load(freshClone, {
      AAD_TENANT: ownTenant.tenant.toUpperCase(),
      AAD_CLIENT_ID: ownTenant.clientId,
      AAD_CLIENT_SECRET: 'from-the-environment',
      AAD_AUTHORITY: 'https://login.microsoftonline.us',
      GRAPH_BASE_URL: 'https://graph.microsoft.us/v1.0/',
      PUBLIC_URL: 'https://other.example.test',
      STORE_URL: 'sqlite:/tmp/elsewhere.sqlite',
      PORT: '8080',
      TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16',
    })
    expect(config).toMatchObject({
      usesLocalTenant: false,
      tenant: ownTenant.tenant,
      credentials: [{ kind: 'secret', value: 'from-the-environment' }],
      authority: 'https://login.microsoftonline.us',
      publicUrl: 'https://other.example.test',
      downstreamApis: { graph: { baseUrl: 'https://graph.microsoft.us/v1.0' } },
      storeUrl: 'sqlite:/tmp/elsewhere.sqlite',
      port: 8080,
      trustedProxies: ['10.0.0.1', '10.1.0.0/16'],
    })
  })

  it('is checked like the file, and an empty variable counts as unset', () => {
    expect(refusedKeys(ownTenant, { AAD_TENANT: 'common' })).toEqual(['AAD_TENANT'])
    expect(refusedKeys(ownTenant, { PORT: '70000' })).toEqual(['PORT'])
    expect(load(ownTenant, { AAD_TENANT: '', PORT: ' ' })).toMatchObject({ port: 5174 })
  })

  it.each([
    ['tenant', { AAD_TENANT: 'common' }, 'AAD_TENANT'],
    ['clientId', { AAD_CLIENT_ID: 'mine' }, 'AAD_CLIENT_ID'],
    ['clientSecret', { AAD_CLIENT_SECRET: 'changeme' }, 'AAD_CLIENT_SECRET'],
    ['authority', { AAD_AUTHORITY: 'login' }, 'AAD_AUTHORITY'],
    ['publicUrl', { PUBLIC_URL: 'app' }, 'PUBLIC_URL'],
    ['downstreamApis.graph.baseUrl', { GRAPH_BASE_URL: 'graph' }, 'GRAPH_BASE_URL'],
  ])('names the variable that replaced %s, for the file may be right', (_key, env, variable) => {
    expect(refusedKeys(ownTenant, env)).toEqual([variable])
  })

  it.each(['sqlite::memory:', 'sqlite:', 'sqlite:file:x?mode=memory', 'mysql://x', 'redis:x', 'x'])(
    'is refused with a sentence where STORE_URL names no store that lasts: %s',
    (url) => {
      const { problems, message } = refusalOf(ownTenant, { STORE_URL: url })
      expect(problems.map(({ key }) => key)).toEqual(['STORE_URL'])
      expect(message).toContain('STORE_URL: takes sqlite:<path of a file>, redis://')
    },
  )

  it('is refused where it holds what is read no more, with what to do instead', () => {
    const { problems, message } = refusalOf(ownTenant, { WORKERS: '4' })
    expect(problems.map(({ key }) => key)).toEqual(['WORKERS'])
    expect(message).toContain('WORKERS: is no longer read: start several processes')
    expect(load(ownTenant, { WORKERS: ' ' }).port).toBe(5174)
  })

  it('moves the local tenant with TENANT_PORT, and names another file with AAD_CONFIG', () => {
    expect(load(freshClone, { TENANT_PORT: '6175' }).authority).toBe('http://127.0.0.1:6175')
    const elsewhere = () =>
      inFolder((folder) =>
        loadConfig({ AAD_CONFIG: join(folder, 'mine.json'), SESSION_KEYS: goodKey }, '/'),
      )
    expect(elsewhere).toThrow(/mine\.json: the file does not exist/)
  })

  it('has the seconds of an end: five of delay in production only, and fifteen for what is left', () => {
    const production = { NODE_ENV: 'production', SESSION_KEYS: goodKey }
    expect(load(ownTenant).drain).toEqual({ notReadyMs: 0, timeoutMs: 15_000 })
    expect(load(ownTenant, production).drain).toEqual({ notReadyMs: 5000, timeoutMs: 15_000 })
    const given = { DRAIN_DELAY: '0', DRAIN_TIMEOUT: '60' }
    expect(load(ownTenant, { ...production, ...given }).drain).toEqual({
      notReadyMs: 0,
      timeoutMs: 60_000,
    })
  })

  it.each([
    ['DRAIN_DELAY', '5s', 'from 0 to 300'],
    ['DRAIN_DELAY', '-1', 'from 0 to 300'],
    ['DRAIN_DELAY', '301', 'from 0 to 300'],
    ['DRAIN_TIMEOUT', '0', 'from 1 to 300'],
    ['DRAIN_TIMEOUT', '1.5', 'from 1 to 300'],
  ])('is refused with %s=%s', (key, value, range) => {
    const { message } = refusalOf(ownTenant, { [key]: value })
    expect(message).toContain(`${key}: takes a whole number of seconds ${range}`)
  })

  it('gives a configuration that nobody can change later', () => {
    const config = load(ownTenant)
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.session)).toBe(true)
    expect(Object.isFrozen(config.downstreamApis['graph'])).toBe(true)
  })
})
