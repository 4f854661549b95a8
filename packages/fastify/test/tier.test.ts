import { readTier, sharedStoreKinds, storeKinds, tier } from '@gatehouse/test-support/tier'
import { describe, expect, it } from 'vitest'

describe('the tier of the tests', () => {
  it('is quick by default, and otherwise the value of TESTS', () => {
    expect([readTier(undefined), readTier('quick'), readTier('all')]).toEqual([
      'quick',
      'quick',
      'all',
    ])
  })

  it.each(['', 'al', 'ALL', 'true'])('is refused if TESTS is "%s"', (value) => {
    expect(() => readTier(value)).toThrow(`TESTS must be "quick" or "all", not "${value}".`)
  })

  it('decides which stores the suites run on', () => {
    expect(storeKinds).toEqual(tier === 'all' ? ['sqlite', 'redis'] : ['sqlite'])
    const servers = ['redis', 'redis cluster', 'redis with TLS']
    expect(sharedStoreKinds).toEqual(tier === 'all' ? ['sqlite', ...servers] : ['sqlite'])
  })
})
