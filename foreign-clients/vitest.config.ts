import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**'],
    globalSetup: ['programs.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // As in the gate's other tests of programs: what passes at the second attempt is named.
    retry: process.env['SECOND_ATTEMPTS'] === '1' ? 1 : 0,
  },
})
