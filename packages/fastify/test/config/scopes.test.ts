import { describe, expect, it } from 'vitest'
import { isDefaultScope, isSameScope, scopeName } from '../../src/config/index.ts'

describe('two scopes', () => {
  it.each([
    ['User.Read', 'user.read'],
    ['User.Read', 'https://graph.microsoft.com/User.Read'],
    ['User.Read', 'https://graph.microsoft.us/user.read'],
    ['https://dod-graph.microsoft.us/User.Read', 'https://graph.microsoft.us/User.Read'],
    ['api://things/Read', 'API://Things/read'],
  ])('are the same: %s and %s', (a, b) => {
    expect(isSameScope(a, b)).toBe(true)
    expect(isSameScope(b, a)).toBe(true)
  })

  it.each([
    ['User.Read', 'User.ReadBasic.All'],
    ['User.Read', 'api://things/User.Read'],
    ['api://things/Read', 'api://others/Read'],
    ['User.Read', 'https://graph.microsoft.com.example.test/User.Read'],
  ])('are different: %s and %s', (a, b) => {
    expect(isSameScope(a, b)).toBe(false)
  })
})

describe('the name of a scope', () => {
  it('is what an API calls it, without its own address', () => {
    expect(scopeName('api://things/Things.Read')).toBe('things.read')
    expect(scopeName('Things.Read')).toBe('things.read')
  })

  it('is .default for everything that was consented to', () => {
    expect(['.default', 'api://things/.Default'].map(isDefaultScope)).toEqual([true, true])
    expect(isDefaultScope('api://things/x.default')).toBe(false)
  })
})
