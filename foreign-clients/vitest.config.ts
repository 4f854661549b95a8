import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**'],
    globalSetup: ['programs.ts'],
    // With a lock file of its own, it would empty the cache of the tests that run beside it.
    fsModuleCachePath: join(import.meta.dirname, 'node_modules/.vitest-cache'),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // As in the gate's other tests of programs: what passes at the second attempt is named.
    retry: process.env['SECOND_ATTEMPTS'] === '1' ? 1 : 0,
  },
})
