import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clouds } from '@gatehouse/fastify/config'
import { editConfig, withoutSecret, type ConfigValue } from '../src/files/config-file.ts'
import { root } from '../src/files/folder.ts'
import {
  configEdits,
  restoringEdits,
  userEdits,
  type Registered,
} from '../src/register/config-plan.ts'

const fresh = readFileSync(join(root, 'aad.config.json'), 'utf8')
const registered: Registered = {
  tenantId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  clientId: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  cloud: clouds.global,
  publicUrl: 'http://localhost:5173',
  multiTenant: false,
  choice: { kind: 'secret', days: 180 },
  ends: '2027-05-23',
  certificate: undefined,
}
const value = (text: string) => JSON.parse(text) as ConfigValue

function edited(text: string, changes: Partial<Registered> = {}): string {
  return editConfig(text, configEdits(value(text), { ...registered, ...changes }))
}

describe('aad.config.json', () => {
  it('gets the ids and the end date, and loses the placeholder of the secret', () => {
    const { tenant, clientId, clientSecret, clientSecretExpires } = value(edited(fresh))
    expect({ tenant, clientId, clientSecret, clientSecretExpires }).toEqual({
      tenant: registered.tenantId,
      clientId: registered.clientId,
      clientSecret: undefined,
      clientSecretExpires: '2027-05-23',
    })
  })

  it('is byte for byte as before after register and cleanup', () => {
    for (const changes of [
      {},
      { multiTenant: true },
      { cloud: clouds.china },
      {
        choice: { kind: 'federated', issuer: 'https://x.test', subject: 's', assertionFile: '/t' },
      },
    ] satisfies Partial<Registered>[]) {
      const text = edited(fresh, changes)
      const back = editConfig(text, restoringEdits(value(text)))
      expect(back).toBe(fresh)
    }
  })

  it('keeps the formatting of other people’s edits', () => {
    const theirs = fresh
      .replaceAll('  ', '\t')
      .replace('"scopes"', '"session":   { "idleMinutes": 30 },\n\t"scopes"')
    expect(edited(theirs)).toContain('"session":   { "idleMinutes": 30 },\n\t"scopes"')
    expect(edited(fresh.replaceAll('\n', '\r\n'))).not.toMatch(/[^\r]\n/)
  })

  it('does not change if the same run is repeated', () => {
    for (const changes of [{}, { multiTenant: true }]) {
      const once = edited(fresh, changes)
      expect(edited(once, changes)).toBe(once)
    }
  })

  it('lists the values that were written by hand', () => {
    const mine = fresh
      .replace('{enter-your-client-id-here}', '11111111-2222-4333-8444-555555555555')
      .replace('http://localhost:5173', 'https://mine.example.test')
    const edits = configEdits(value(mine), registered)
    expect(userEdits(value(mine), edits, [])).toEqual(['clientId', 'publicUrl'])
    expect(userEdits(value(mine), edits, ['publicUrl'])).toEqual(['clientId'])
    expect(userEdits(value(fresh), configEdits(value(fresh), registered), [])).toEqual([])
  })

  it('does not count a change of cloud, or the values of an earlier run, as written by hand', () => {
    const once = edited(fresh)
    const edits = configEdits(value(once), {
      ...registered,
      cloud: clouds.usgov,
      ends: '2028-01-01',
    })
    expect(userEdits(value(once), edits, [])).toEqual([])
  })

  it('puts a certificate before other credentials, once', () => {
    const certificate = {
      certificateFile: '/k/aad-client-0123456789ab.crt',
      privateKeyFile: '/k/a.key',
    }
    const theirs = editConfig(fresh, [{ path: ['credentials'], value: [{ managedIdentity: {} }] }])
    const changes: Partial<Registered> = { choice: { kind: 'certificate', days: 9 }, certificate }
    const twice = edited(edited(theirs, changes), changes)
    expect(value(twice).credentials).toEqual([{ certificate }, { managedIdentity: {} }])
  })

  it('is shown without its secret', () => {
    const text = fresh.replace('{enter-your-client-secret-here}', 'Zx8~Q.secret')
    expect(withoutSecret(text)).not.toContain('Zx8~Q.secret')
    expect(withoutSecret(fresh)).toBe(fresh)
  })
})
