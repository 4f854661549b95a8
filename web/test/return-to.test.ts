import { signInUrl } from '@gatehouse/shared/paths'
import { describe, expect, test } from 'vitest'
import { returnTo } from '@gatehouse/react'
import { localhostUrl } from '../vite/one-address.ts'

describe('where a sign-in comes back to', () => {
  test('is the page with its search and its hash', () => {
    const at = { pathname: '/users', search: '?q=ada&page=2', hash: '#top' }
    expect(returnTo(at)).toBe('/users?q=ada&page=2#top')
    expect(signInUrl(returnTo(at))).toBe(
      '/auth/sign-in?returnTo=%2Fusers%3Fq%3Dada%26page%3D2%23top',
    )
  })

  test('is home from pages that make sense only once', () => {
    for (const pathname of ['/signed-out', '/sign-in-problem']) {
      expect(returnTo({ pathname, search: '?code=denied', hash: '' })).toBe('/')
    }
  })
})

describe('the one address of the development server', () => {
  test('is localhost, also for whoever typed figures', () => {
    expect(localhostUrl('127.0.0.1:5173', '/users?q=a')).toBe('http://localhost:5173/users?q=a')
    expect(localhostUrl('[::1]:6200', '/')).toBe('http://localhost:6200/')
  })

  test('leaves every other name alone', () => {
    for (const host of ['localhost:5173', 'evil.example', '127.0.0.1.evil.example', undefined]) {
      expect(localhostUrl(host, '/')).toBeUndefined()
    }
  })
})
