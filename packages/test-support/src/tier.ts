/**
 * How much the tests do. `npm test` is the quick tier: it needs nothing but Chromium. `npm run test:all` sets
 * TESTS=all: every store, every server, full numbers. Tests that are tagged `thorough`, in Vitest and in
 * Playwright, run there only.
 */
import type { StoreKind } from './stored.ts'

export type Tier = 'quick' | 'all'

/** @throws Error for a value that names no tier: a typing error must not leave tests out */
export function readTier(value: string | undefined): Tier {
  if (value === undefined || value === 'quick' || value === 'all') return value ?? 'quick'
  throw new Error(`TESTS must be "quick" or "all", not "${value}".`)
}

export const tier = readTier(process.env['TESTS'])

/** The stores that suites run on. Redis is a server, so that it is for `npm run test:all`. */
export const storeKinds: readonly StoreKind[] = tier === 'all' ? ['sqlite', 'redis'] : ['sqlite']

/** The tag of tests that are slow or exhaustive, for the configuration of Vitest. */
export const thorough = {
  name: 'thorough',
  description: 'Slow or exhaustive: not in `npm test`, but in `npm run test:all`.',
}

/** A number for each tier, such as how many sign-ins or how many users at once. */
export function count(numbers: Record<Tier, number>): number {
  return numbers[tier]
}
