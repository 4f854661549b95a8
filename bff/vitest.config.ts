import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // An awaited condition usually holds within milliseconds, but not on a busy machine.
    expect: { poll: { timeout: 5_000 } },
    maxWorkers: 2,
    isolate: false,
  },
})
