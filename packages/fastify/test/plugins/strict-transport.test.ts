/** Where a browser is told to use https from now on. */
import { describe, expect, it } from 'vitest'
import { fixedHeaders } from '../../src/plugins/security-headers.ts'

const sent = (publicUrl: string) => fixedHeaders(publicUrl)['strict-transport-security']

describe('Strict-Transport-Security', () => {
  it.each([
    'https://localhost',
    'https://localhost:5173',
    'https://LOCALHOST',
    'https://app.localhost:8443',
    'https://127.0.0.1',
    'https://127.8.9.10:8443',
    'https://[::1]:8443',
    'http://localhost:5173',
  ])('is not sent for %s, which would bind every program of the machine', (publicUrl) => {
    expect(sent(publicUrl)).toBeUndefined()
  })

  it.each([
    'https://app.example.com',
    'https://localhost.example.com',
    'https://notlocalhost:8443',
  ])('is sent for %s, for this host alone', (publicUrl) => {
    expect(sent(publicUrl)).toBe('max-age=63072000')
  })
})
