import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/index.ts'
import {
  goodKey,
  inFolder,
  load,
  ownTenant,
  refusalOf,
  refusedKeys,
} from '../support/config-folder.ts'

const production = { NODE_ENV: 'production' }
const { clientSecret, ...withoutSecret } = ownTenant

/** Starts with a secret in a file of `mode`. */
function withSecretFile(mode: number, env: Record<string, string> = production) {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'aad.config.json'), JSON.stringify(withoutSecret))
    const path = join(folder, 'client-secret')
    writeFileSync(path, `${clientSecret}\n`)
    chmodSync(path, mode)
    return loadConfig({ SESSION_KEYS: goodKey, AAD_CLIENT_SECRET_FILE: path, ...env }, folder)
  })
}

describe('secrets in files', () => {
  it('are read if only their owner can read them', () => {
    for (const mode of [0o600, 0o400]) {
      expect(withSecretFile(mode).credentials).toMatchObject([{ kind: 'secret_file' }])
    }
  })

  it.each([0o644, 0o660, 0o604, 0o666])('are refused in production with mode %o', (mode) => {
    expect(() => withSecretFile(mode)).toThrow(/AAD_CLIENT_SECRET_FILE: names a file that others/)
    expect(withSecretFile(mode, {}).credentials).toHaveLength(1)
  })

  it('are refused if they are missing, empty, or set beside the variable itself', () => {
    const missing = { ...production, AAD_CLIENT_SECRET_FILE: '/nowhere/secret' }
    expect(refusedKeys(withoutSecret, missing)).toEqual(['AAD_CLIENT_SECRET_FILE', 'clientSecret'])
    const both = { ...production, SESSION_KEYS_FILE: '/dev/null' }
    expect(refusalOf(ownTenant, both).message).toContain('set beside SESSION_KEYS')
  })

  it('are refused in production as part of an aad.config.json that others can read', () => {
    inFolder((folder) => {
      const path = join(folder, 'aad.config.json')
      writeFileSync(path, JSON.stringify(ownTenant))
      chmodSync(path, 0o644)
      const boot = (env: Record<string, string>) => () =>
        loadConfig({ SESSION_KEYS: goodKey, ...env }, folder)
      expect(boot(production)).toThrow(ConfigError)
      expect(boot({})).not.toThrow()
      chmodSync(path, 0o600)
      expect(boot(production)).not.toThrow()
    })
  })
})

describe('the configuration of a development machine', () => {
  it.each([
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['NODE_OPTIONS', '--inspect=0.0.0.0:9229'],
  ])('is refused in production only with %s=%s', (key, value) => {
    expect(refusedKeys(ownTenant, { ...production, [key]: value })).toEqual([key])
    expect(() => load(ownTenant, { [key]: value })).not.toThrow()
  })

  it.each(['true', '*', 'all', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'proxy.internal', '10.0.0.1,x'])(
    'is refused everywhere with TRUSTED_PROXIES=%s',
    (value) => {
      expect(refusedKeys(ownTenant, { TRUSTED_PROXIES: value })).toEqual(['TRUSTED_PROXIES'])
    },
  )

  it('is accepted with a list of proxy addresses and ranges', () => {
    const { trustedProxies } = load(ownTenant, {
      TRUSTED_PROXIES: '10.0.0.1, 10.1.0.0/16,fd00::/8',
    })
    expect(trustedProxies).toEqual(['10.0.0.1', '10.1.0.0/16', 'fd00::/8'])
  })
})

describe('the configuration of credentials', () => {
  it('refuses a second one beside the secret by its name', () => {
    const file = { ...ownTenant, clientCertificate: { path: 'certificate.pem' } }
    expect(refusedKeys(file)).toEqual(['clientCertificate'])
  })
})

describe('the configuration of scopes and tenants', () => {
  it.each([
    [['User.Read', 'api://6ba7b810/Orders.Read']],
    [['https://graph.microsoft.com/.default', 'https://graph.microsoft.com/User.Read']],
    [['.default', 'User.Read']],
  ])('refuses the scopes %j', (scopes) => {
    expect(refusedKeys({ ...ownTenant, scopes })).toEqual(['scopes'])
    const graph = { ...ownTenant.downstreamApis.graph, scopes }
    expect(refusedKeys({ ...ownTenant, downstreamApis: { graph } })).toEqual([
      'downstreamApis.graph.scopes',
    ])
  })

  it('accepts the scopes of one resource, in the long and the short form', () => {
    const scopes = ['openid', 'User.Read', 'https://graph.microsoft.com/User.ReadBasic.All']
    expect(load({ ...ownTenant, scopes }).scopes).toEqual(scopes)
  })

  it('refuses organizations without a list of allowed tenants', () => {
    const file = { ...ownTenant, tenant: 'organizations' }
    expect(refusedKeys(file)).toEqual(['allowedTenants'])
    const upper = ownTenant.tenant.toUpperCase()
    expect(load({ ...file, allowedTenants: [upper] }).allowedTenants).toEqual([ownTenant.tenant])
    expect(load({ ...file, allowedTenants: '*' }).allowedTenants).toBeUndefined()
    expect(refusedKeys({ ...ownTenant, allowedTenants: [upper] })).toEqual(['allowedTenants'])
  })
})
