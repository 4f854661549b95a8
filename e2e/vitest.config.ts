import { defineConfig } from 'vitest/config'
import { thorough, tier } from '@gatehouse/test-support/tier'

/** These need servers and another browser than Chromium. */
const withPrograms = ['instances/*.test.ts', 'firefox.test.ts']

export default defineConfig({
  test: {
    include: ['*.test.ts', 'instances/*.test.ts'],
    exclude: tier === 'all' ? [] : withPrograms,
    globalSetup: tier === 'all' ? ['instances/programs.ts', 'firefox.ts'] : [],
    tags: [thorough],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes in milliseconds; a busy machine takes its time all the same.
    expect: { poll: { timeout: 5_000 } },
    maxWorkers: 2,
  },
})
