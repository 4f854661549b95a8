import { defineConfig } from 'vitest/config'
import { attempts } from '../e2e/attempts.ts'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**'],
    globalSetup: ['programs.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    retry: attempts - 1,
  },
})
