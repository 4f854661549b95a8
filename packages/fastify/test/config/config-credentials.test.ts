import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { load, ownTenant, refusalOf, refusedKeys } from '../support/config-folder.ts'
import { writeKeyPair, type WrittenPair } from '../support/key-pairs.ts'

const { clientSecret, ...withoutSecret } = ownTenant
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-credentials-'))
const secretFile = join(folder, 'secret')
const dayMs = 24 * 3600_000
let good: WrittenPair
let expired: WrittenPair
let early: WrittenPair
let short: WrittenPair

beforeAll(async () => {
  writeFileSync(secretFile, clientSecret, { mode: 0o600 })
  good = await writeKeyPair({ folder, name: 'good' })
  expired = await writeKeyPair({
    folder,
    name: 'expired',
    startsAt: Date.now() - 9 * dayMs,
    endsAt: Date.now() - dayMs,
  })
  early = await writeKeyPair({ folder, name: 'early', startsAt: Date.now() + dayMs })
  short = await writeKeyPair({ folder, name: 'short', bits: 1024 })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const using = (...credentials: unknown[]) => ({ ...withoutSecret, credentials })

function certificate({ certificateFile, privateKeyFile }: WrittenPair) {
  return { certificate: { certificateFile, privateKeyFile } }
}

describe('the configuration of credentials', () => {
  it('keeps their order, with absolute paths and end dates', () => {
    const list = using(
      { secretFile: 'here/secret', expires: '2030-06-30' },
      certificate(good),
      { assertionFile: '/var/run/token' },
      { managedIdentity: { clientId: ownTenant.clientId } },
    )
    const [secret, ...others] = load(list).credentials
    expect(secret).toMatchObject({ endsAt: Date.parse('2030-06-30T23:59:59Z') })
    expect(secret).toMatchObject({ file: expect.stringMatching(/^\/.*\/here\/secret$/) as string })
    expect(others).toMatchObject([
      { kind: 'certificate', certificateFile: good.certificateFile },
      { kind: 'assertion_file', file: '/var/run/token' },
      { kind: 'managed_identity', clientId: ownTenant.clientId },
    ])
  })

  it('may be one secret with its end date', () => {
    const file = { ...ownTenant, clientSecretExpires: '2030-01-31T12:00:00Z' }
    expect(load(file).credentials).toEqual([
      { kind: 'secret', value: clientSecret, endsAt: Date.parse('2030-01-31T12:00:00Z') },
    ])
  })

  it('refuses a list beside clientSecret, from the file and from the environment', () => {
    const list = using(certificate(good))
    expect(refusedKeys({ ...list, clientSecret })).toEqual(['clientSecret'])
    expect(refusedKeys(list, { AAD_CLIENT_SECRET: clientSecret })).toEqual(['AAD_CLIENT_SECRET'])
    const placeholder = { ...list, clientSecret: '{enter-your-client-secret-here}' }
    expect(refusalOf(placeholder).message).toContain('leave it out')
    expect(refusedKeys({ ...list, clientSecretExpires: '2030-01-01' })).toEqual([
      'clientSecretExpires',
    ])
  })

  it.each([
    ['expired', () => expired, /expired on \d{4}-\d\d-\d\d; issue a new one/],
    ['not valid yet', () => early, /is valid from \d{4}-\d\d-\d\d on only/],
  ])('refuses a certificate that is %s if it is the only one', (_what, pair, words) => {
    const refusal = refusalOf(using(certificate(pair())))
    expect(refusal.problems.map(({ key }) => key)).toEqual(['credentials.0.certificate'])
    expect(refusal.message).toMatch(words)
    expect(load(using(certificate(pair()), { secretFile })).credentials).toHaveLength(2)
  })

  it('refuses a missing file if it is the only one', () => {
    const missing = { secretFile: join(folder, 'missing') }
    expect(refusedKeys(using(missing))).toEqual(['credentials.0.secretFile'])
    expect(load(using(missing, certificate(good))).credentials).toHaveLength(2)
  })

  it('refuses a key that is too short or of another certificate, even beside a good one', () => {
    const { privateKeyFile } = good
    const mixed = certificate({ ...expired, privateKeyFile })
    const { message } = refusalOf(using(mixed, { secretFile }))
    expect(message).toContain('and its private key do not belong together')
    expect(refusalOf(using(certificate(short))).message).toContain('fewer than 2048 bits')
    const swapped = certificate({ ...good, certificateFile: privateKeyFile })
    expect(refusalOf(using(swapped)).message).toContain('is not in PEM form')
  })

  it('refuses a key or secret in production if others can read it', () => {
    const production = { NODE_ENV: 'production' }
    const open = join(folder, 'open')
    writeFileSync(open, clientSecret)
    chmodSync(open, 0o644)
    const key = certificate({ ...good, privateKeyFile: good.privateKeyFile })
    expect(refusedKeys(using({ secretFile: open }, key), production)).toEqual([
      'credentials.0.secretFile',
    ])
    expect(load(using({ secretFile: open }, key)).credentials).toHaveLength(2)
    chmodSync(good.privateKeyFile, 0o604)
    try {
      expect(refusedKeys(using(key), production)).toEqual([
        'credentials.0.certificate.privateKeyFile',
      ])
    } finally {
      chmodSync(good.privateKeyFile, 0o600)
    }
    // Kubernetes mounts the token of a service account with mode 0644, for an hour.
    expect(load(using({ assertionFile: open }), production).credentials).toHaveLength(1)
  })

  it.each([
    ['credentials', []],
    ['credentials', 'secret'],
    ['credentials.0', [{ secret: 'in the file' }]],
    ['credentials.0', [{ secretFile: 5 }]],
    ['credentials.0', [{ managedIdentity: { clientId: 'me' } }]],
    ['credentials.1', [{ assertionFile: '/x' }, { secretFile: '/x', assertionFile: '/y' }]],
    ['credentials.0', [null]],
  ])('refuses a wrong %s: %j', (key, credentials) => {
    expect(refusedKeys({ ...withoutSecret, credentials })).toContain(key)
  })

  it.each(['30.06.2030', '2030-02-31', 'soon', 5])('refuses the end date %s', (expires) => {
    expect(refusedKeys({ ...ownTenant, clientSecretExpires: expires })).toEqual([
      'clientSecretExpires',
    ])
  })

  it('refuses another address for the metadata service in production', () => {
    const env = { MANAGED_IDENTITY_URL: 'http://127.0.0.1:9' }
    expect(refusedKeys(ownTenant, { ...env, NODE_ENV: 'production' })).toEqual([
      'MANAGED_IDENTITY_URL',
    ])
    expect(load(ownTenant, env).clientId).toBe(ownTenant.clientId)
  })
})
