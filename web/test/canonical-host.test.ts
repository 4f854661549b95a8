import { describe, expect, test } from 'vitest'
import { localhostUrl } from '../vite/canonical-host.ts'

describe('the canonical address of the development server', () => {
  test('is localhost, also for a loopback address in numbers', () => {
    expect(localhostUrl('127.0.0.1:5173', '/users?q=a')).toBe('http://localhost:5173/users?q=a')
    expect(localhostUrl('[::1]:6200', '/')).toBe('http://localhost:6200/')
  })

  test('changes no other name', () => {
    for (const host of ['localhost:5173', 'evil.example', '127.0.0.1.evil.example', undefined]) {
      expect(localhostUrl(host, '/')).toBeUndefined()
    }
  })
})
