import { defineConfig } from 'vitest/config'
import { thorough } from '@gatehouse/test-support/tier'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    tags: [thorough],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // What is waited for comes in milliseconds; a busy machine takes its time all the same.
    expect: { poll: { timeout: 5_000 } },
    maxWorkers: 2,
  },
})
