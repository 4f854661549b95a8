/**
 * How much the tests do. `npm test` is the quick tier: it needs nothing but Chromium. `npm run test:all` sets
 * TESTS=all: every store, every server, full numbers. Tests that are tagged `thorough`, in Vitest and in
 * Playwright, run there only.
 */

import type { SharedStoreKind, StoreKind } from './stored.ts'

type Tier = 'quick' | 'all'

/** @throws Error for an unknown tier: a typing error must not skip tests */
export function readTier(value: string | undefined): Tier {
  if (value === undefined || value === 'quick' || value === 'all') return value ?? 'quick'
  throw new Error(`TESTS must be "quick" or "all", not "${value}".`)
}

export const tier = readTier(process.env['TESTS'])

/** The stores that suites run on. Redis is a server, so it runs in `npm run test:all` only. */
export const storeKinds: readonly StoreKind[] = tier === 'all' ? ['sqlite', 'redis'] : ['sqlite']

/** The stores of suites with several instances, whose copies of sessions a store has to keep up to date. */
export const sharedStoreKinds: readonly SharedStoreKind[] =
  tier === 'all' ? [...storeKinds, 'redis cluster', 'redis with TLS'] : storeKinds

/** The tag of tests that are slow or exhaustive, for the configuration of Vitest. */
export const thorough = {
  name: 'thorough',
  description: 'Slow or exhaustive: not in `npm test`, but in `npm run test:all`.',
}

/** A number for each tier, such as how many sign-ins or how many users at once. */
export function count(numbers: Record<Tier, number>): number {
  return numbers[tier]
}
