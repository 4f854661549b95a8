import { describe, expect, it } from 'vitest'
import { cloudNames, clouds } from '@gatehouse/fastify/config'
import { addressesOf, cloudOf } from '../src/clouds.ts'
import { SetupError } from '../src/errors.ts'
import { retryDelayMs } from '../src/graph/client.ts'
import { federatedIdentity, normalisePublicUrl, uniqueNameOf } from '../src/register/settings.ts'

describe('the command line', () => {
  it('makes the same key from every spelling of a name', () => {
    expect(uniqueNameOf('Gatehouse')).toBe('gatehouse-gatehouse')
    expect(uniqueNameOf('  My App (Café) 2 ')).toBe('gatehouse-my-app-cafe-2')
    for (const name of ['', '!!!', 'x'.repeat(81)]) {
      expect(() => uniqueNameOf(name)).toThrow(SetupError)
    }
  })

  it('accepts https addresses, and http for localhost only', () => {
    expect(normalisePublicUrl('https://app.example.test/')).toBe('https://app.example.test')
    expect(normalisePublicUrl('http://localhost:5173')).toBe('http://localhost:5173')
    const shared = 'https://portal.example.test/people'
    expect([normalisePublicUrl(shared), normalisePublicUrl(`${shared}/`)]).toEqual([shared, shared])
    for (const wrong of [
      'app.example.test',
      'http://app.example.test',
      'http://127.0.0.1:5173',
      'https://app.example.test/Path',
      'https://app.example.test/api',
      'https://app.example.test/people?x=1',
      'https://user:pass@app.example.test',
      'ftp://app.example.test',
    ]) {
      expect(() => normalisePublicUrl(wrong)).toThrow(SetupError)
    }
  })

  it('accepts an identity whose subject has commas', () => {
    expect(federatedIdentity('https://i.test/a,sub,ject')).toEqual({
      issuer: 'https://i.test/a',
      subject: 'sub,ject',
    })
    for (const wrong of ['https://i.test', 'http://i.test,s', 'x,y', 'https://i.test,']) {
      expect(() => federatedIdentity(wrong)).toThrow(SetupError)
    }
  })

  it('knows a cloud by its addresses', () => {
    for (const name of cloudNames) {
      expect(cloudOf(clouds[name].authority, clouds[name].graph)).toBe(name)
    }
    expect(cloudOf('http://127.0.0.1:5175', undefined)).toBeUndefined()
  })

  it('sends an administrator’s token to Microsoft, or to this machine outside production', () => {
    const local = { authority: 'http://127.0.0.1:5175', graph: 'http://127.0.0.1:5175/v1.0' }
    expect(addressesOf('global', local, false)).toMatchObject(local)
    expect(() => addressesOf('global', local, true)).toThrow(SetupError)
    for (const graph of ['https://evil.test/v1.0', 'http://10.0.0.1/v1.0', 'nonsense']) {
      expect(() => addressesOf('global', { graph }, false)).toThrow(SetupError)
    }
    expect(addressesOf('global', { graph: clouds.global.graph }, true)).toEqual(clouds.global)
  })
})

describe('the wait before the next attempt', () => {
  it('is as long as Graph says, in seconds or until a date, and never longer than a minute', () => {
    const now = Date.parse('2026-11-24T12:00:00Z')
    expect(retryDelayMs('7', 1, now)).toBe(7000)
    expect(retryDelayMs('Tue, 24 Nov 2026 12:00:09 GMT', 1, now)).toBe(9000)
    expect(retryDelayMs('Tue, 24 Nov 2026 11:00:00 GMT', 1, now)).toBe(1000)
    expect(retryDelayMs('86400', 1, now)).toBe(60_000)
  })

  it('doubles if Graph names no time', () => {
    expect([1, 2, 3, 4].map((attempt) => retryDelayMs(undefined, attempt))).toEqual([
      500, 1000, 2000, 4000,
    ])
  })
})
