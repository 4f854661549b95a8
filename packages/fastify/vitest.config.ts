import { defineConfig } from 'vitest/config'
import { thorough, tier } from '@gatehouse/test-support/tier'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: tier === 'all' ? [] : ['test/redis/**'],
    globalSetup: tier === 'all' ? ['test/support/programs.ts'] : [],
    tags: [thorough],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // What is waited for comes in milliseconds; a busy machine takes its time all the same.
    expect: { poll: { timeout: 5_000 } },
    maxWorkers: 2,
    isolate: false,
  },
})
