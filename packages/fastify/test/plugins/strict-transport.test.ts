/** Where a browser is told to use https from now on. */
import { describe, expect, it } from 'vitest'
import { fixedHeaders } from '../../src/plugins/security-headers.ts'
import { load, ownTenant } from '../support/config-folder.ts'

const sent = (publicUrl: string, hsts: object = {}) =>
  fixedHeaders(load({ ...ownTenant, publicUrl, headers: { hsts } }))['strict-transport-security']

const onThisMachine = [
  'https://localhost',
  'https://localhost:5173',
  'https://LOCALHOST',
  'https://app.localhost:8443',
  'https://127.0.0.1',
  'https://127.8.9.10:8443',
  'https://[::1]:8443',
  'http://localhost:5173',
]

describe('Strict-Transport-Security', () => {
  it.each(onThisMachine)(
    'is not sent for %s, which would bind every program of the machine',
    (publicUrl) => {
      expect(sent(publicUrl)).toBeUndefined()
      const all = { maxAge: 63_072_000, includeSubDomains: true, preload: true }
      expect(sent(publicUrl, all)).toBeUndefined()
    },
  )

  it.each([
    'https://app.example.com',
    'https://localhost.example.com',
    'https://notlocalhost:8443',
  ])('is sent for %s, for this host alone', (publicUrl) => {
    expect(sent(publicUrl)).toBe('max-age=63072000')
  })

  it.each([
    [{ enabled: false }, undefined],
    [{ maxAge: 0 }, 'max-age=0'],
    [{ maxAge: 300, includeSubDomains: true }, 'max-age=300; includeSubDomains'],
    [
      { maxAge: 31_536_000, includeSubDomains: true, preload: true },
      'max-age=31536000; includeSubDomains; preload',
    ],
  ])('is as configured: %j', (hsts, header) => {
    expect(sent('https://app.example.com', hsts)).toBe(header)
  })
})
