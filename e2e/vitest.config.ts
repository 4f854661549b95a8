import { defineConfig } from 'vitest/config'
import { thorough, tier } from '@gatehouse/test-support/tier'
import { attempts } from './attempts.ts'

/** These need other servers, another browser than Chromium, or a registry of npm. */
const withPrograms = [
  'instances/*.test.ts',
  'packages/*.test.ts',
  'firefox.test.ts',
  'dev-*.test.ts',
]

export default defineConfig({
  test: {
    include: ['*.test.ts', 'instances/*.test.ts', 'packages/*.test.ts'],
    exclude: tier === 'all' ? [] : withPrograms,
    globalSetup:
      tier === 'all' ? ['instances/programs.ts', 'firefox.ts', 'packages/packed.ts'] : [],
    tags: [thorough],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // An awaited condition usually holds within milliseconds, but not on a busy machine.
    expect: { poll: { timeout: 5_000 } },
    maxWorkers: 2,
    retry: attempts - 1,
  },
})
